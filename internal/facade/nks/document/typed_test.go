package document_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/slipway-dev/slipway/internal/facade/nks/document"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// typedCluster and typedGroup are what clients in Go read answers into. One wrong type fails a whole list for them.
type typedCluster struct {
	APIAddress         string            `json:"api_address"`
	COEVersion         string            `json:"coe_version"`
	ClusterTemplateID  string            `json:"cluster_template_id"`
	ContainerVersion   string            `json:"container_version"`
	CreateTimeout      int               `json:"create_timeout"`
	CreatedAt          time.Time         `json:"created_at"`
	DiscoveryURL       string            `json:"discovery_url"`
	DockerVolumeSize   int               `json:"docker_volume_size"`
	Faults             map[string]string `json:"faults"`
	FlavorID           string            `json:"flavor_id"`
	KeyPair            string            `json:"keypair"`
	Labels             map[string]string `json:"labels"`
	LabelsAdded        map[string]string `json:"labels_added"`
	LabelsOverridden   map[string]string `json:"labels_overridden"`
	LabelsSkipped      map[string]string `json:"labels_skipped"`
	Links              []document.Link   `json:"links"`
	MasterFlavorID     string            `json:"master_flavor_id"`
	MasterAddresses    []string          `json:"master_addresses"`
	MasterCount        int               `json:"master_count"`
	Name               string            `json:"name"`
	NodeAddresses      []string          `json:"node_addresses"`
	NodeCount          int               `json:"node_count"`
	ProjectID          string            `json:"project_id"`
	StackID            string            `json:"stack_id"`
	Status             string            `json:"status"`
	StatusReason       string            `json:"status_reason"`
	UUID               string            `json:"uuid"`
	UpdatedAt          time.Time         `json:"updated_at"`
	UserID             string            `json:"user_id"`
	FloatingIPEnabled  bool              `json:"floating_ip_enabled"`
	MasterLBEnabled    bool              `json:"master_lb_enabled"`
	FixedNetwork       string            `json:"fixed_network"`
	FixedSubnet        string            `json:"fixed_subnet"`
	HealthStatus       string            `json:"health_status"`
	HealthStatusReason map[string]any    `json:"health_status_reason"`
}

type typedGroup struct {
	ID               int               `json:"id"`
	UUID             string            `json:"uuid"`
	Name             string            `json:"name"`
	ClusterID        string            `json:"cluster_id"`
	ProjectID        string            `json:"project_id"`
	DockerVolumeSize *int              `json:"docker_volume_size"`
	Labels           map[string]string `json:"labels"`
	LabelsAdded      map[string]string `json:"labels_added"`
	LabelsOverridden map[string]string `json:"labels_overridden"`
	LabelsSkipped    map[string]string `json:"labels_skipped"`
	Links            []document.Link   `json:"links"`
	FlavorID         string            `json:"flavor_id"`
	ImageID          string            `json:"image_id"`
	NodeAddresses    []string          `json:"node_addresses"`
	NodeCount        int               `json:"node_count"`
	Role             string            `json:"role"`
	MinNodeCount     int               `json:"min_node_count"`
	MaxNodeCount     *int              `json:"max_node_count"`
	IsDefault        bool              `json:"is_default"`
	StackID          string            `json:"stack_id"`
	Status           string            `json:"status"`
	StatusReason     string            `json:"status_reason"`
	Version          string            `json:"version"`
	CreatedAt        time.Time         `json:"created_at"`
	UpdatedAt        time.Time         `json:"updated_at"`
}

// memberNames are names that objects have, that Magnum has, and that nobody has.
var memberNames = []string{
	"uuid", "UUID", "name", "labels", "Labels", "status", "master_count", "Master_Count", "discovery_url", "docker_volume_size", "create_timeout",
	"faults", "labels_added", "master_addresses", "master_lb_enabled", "health_status_reason", "floating_ip_enabled", "container_version",
	"cluster_template_id", "textsAsSent", "id", "x",
}

var labelNames = []string{
	"kube_tag", "ca_enable", "ca_max_node_count", "extra_volumes", "extra_security_groups", "user_script", "boot_volume_appkey", "x",
	"additional_network_id_list", "pods_network_subnet", "clusterautoscale",
}

// drawKept draws what may be kept, also where nobody but a person with kubectl would have written it.
func drawKept(t *rapid.T) string {
	var members, labels []pair
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(memberNames), 0, 6, rapid.ID[string]).Draw(t, "members") {
		members = append(members, pair{name, anything(t, 2)})
	}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(labelNames), 0, 6, rapid.ID[string]).Draw(t, "labels") {
		labels = append(labels, pair{name, rapid.SampledFrom([]string{anything(t, 2), "{}", "null", "[{}]", "[5]"}).Draw(t, "value")})
	}
	if !slices.ContainsFunc(members, func(p pair) bool { return p.name == "labels" }) {
		members = append(members, pair{"labels", object(t, labels)})
	}
	return object(t, members)
}

// TestAnswersHaveTheTypesOfMagnum whatever is kept.
func TestAnswersHaveTheTypesOfMagnum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := made(t, drawCluster(t, false), rules())
		record := joined(t, w, drawGroup(t, false), rules())
		if rapid.Bool().Draw(t, "rewritten") {
			w.Cluster.Cluster.Spec.Extensions.NKS = fixture.JSON(drawKept(t))
			record.NodePool.Spec.Extensions.NKS = fixture.JSON(drawKept(t))
		}
		for _, viewer := range []document.Viewer{gopher, {Gophercloud: true, Whole: true}} {
			for _, group := range w.Pools {
				var read typedGroup
				if text := reply.Encode(document.LongNodeGroup(w.Fleet, group, viewer)); json.Unmarshal(text, &read) != nil || read.UUID != string(group.ID) {
					t.Fatalf("%s", text)
				}
			}
			var read typedCluster
			if text := reply.Encode(document.LongCluster(w.Fleet, viewer)); json.Unmarshal(text, &read) != nil || read.UUID != clusterID {
				t.Fatalf("%s", text)
			}
		}
		reply.Encode(document.LongCluster(w.Fleet, plain))
		reply.Encode(document.LongNodeGroup(w.Fleet, record, plain))
	})
}
