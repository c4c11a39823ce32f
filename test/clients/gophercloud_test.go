package clients

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/containerinfra/v1/certificates"
	"github.com/gophercloud/gophercloud/v2/openstack/containerinfra/v1/clusters"
	"github.com/gophercloud/gophercloud/v2/openstack/containerinfra/v1/nodegroups"
	"github.com/gophercloud/gophercloud/v2/pagination"
)

// The versions of Kubernetes that a cluster begins and ends with, both of the guide's table.
const oldVersion, newVersion = "v1.28.3", "v1.29.3"

// container returns a client of gophercloud for a project. Microversions are those that terraform-provider-openstack sends.
func container(t testing.TB, token, microversion string) *gophercloud.ServiceClient {
	t.Helper()
	return &gophercloud.ServiceClient{
		ProviderClient: &gophercloud.ProviderClient{TokenID: token, HTTPClient: http.Client{Transport: transport(t)}},
		Endpoint:       endpoint(t) + "/v1/", Type: "container-infra", Microversion: microversion,
	}
}

// program is a program that manages one cluster.
type program struct {
	*testing.T
	client *gophercloud.ServiceClient
	id     string
}

func number(n int) *int { return &n }

// opts is what the program asks for.
func opts(name string) clusters.CreateOpts {
	return clusters.CreateOpts{
		Name: name, ClusterTemplateID: "iaas_console", Keypair: "test-keypair", FlavorID: "m2.c4m8", MasterFlavorID: "m2.c4m8",
		MasterCount: number(1), NodeCount: number(2), FixedNetwork: "eb212079-b6ec-430c-ba57-14280a457bcb", FixedSubnet: "4fdf5b80-3d35-43f5-a5c1-010a3b6c8e90",
		Labels: map[string]string{
			"availability_zone": "kr2-pub-b", "node_image": "ubuntu-22", "boot_volume_type": "General HDD", "boot_volume_size": "20",
			"kube_tag": oldVersion, "cert_manager_api": "True", "master_lb_floating_ip_enabled": "true", "ca_enable": "false",
			"user_script_v2": "#!/bin/sh\necho hello\n", "extra_volumes": `[{"volume_type":"General HDD","volume_size":100}]`,
		},
	}
}

// TestGophercloud takes a cluster through its whole life, while a second program looks on from another project.
func TestGophercloud(t *testing.T) {
	project, token := newProject(t)
	p := &program{T: t, client: container(t, token, "1.12")}
	wish := opts("gophercloud")
	var err error
	if p.id, err = clusters.Create(t.Context(), p.client, wish).Extract(); err != nil {
		t.Fatalf("creating a cluster: %v", err)
	}
	t.Cleanup(p.remove)
	check(t, "status after POST", p.get().Status, "CREATE_IN_PROGRESS")
	p.await("CREATE_IN_PROGRESS", "CREATE_COMPLETE")
	check(t, "project", p.get().ProjectID, project)
	p.checkPlan(wish)
	p.checkErrors(wish)
	p.checkStranger()

	added := p.addGroup()
	p.resize(added)
	kubeconfig := p.kubeconfig()
	checkNodes(t, kubeconfig, map[string]int{oldVersion: 5})
	p.checkPlan(func() clusters.CreateOpts { w := wish; w.NodeCount = number(5); return w }())
	p.upgrade(kubeconfig)
	p.sign()
	p.renew(kubeconfig)
	p.checkEvents()
	p.deleteGroup(added)
	p.delete()
}

func (p *program) get() *clusters.Cluster {
	p.Helper()
	cluster, err := clusters.Get(p.Context(), p.client, p.id).Extract()
	if err != nil {
		p.Fatalf("reading the cluster: %v", err)
	}
	return cluster
}

// await polls until the cluster has the second word, and fails if it ever has another one than the first before.
func (p *program) await(onItsWay, wanted string) {
	p.Helper()
	for range 2 * patience {
		cluster := p.get()
		switch cluster.Status {
		case wanted:
			return
		case onItsWay:
			time.Sleep(time.Second)
		default:
			p.Fatalf("it is %s (%s), want it %s and then %s", cluster.Status, cluster.StatusReason, onItsWay, wanted)
		}
	}
	p.Fatalf("it is still %s: %s", onItsWay, p.get().StatusReason)
}

// updated waits for the end of a change, as terraform-provider-nhncloud does: the first read after it must show it under way.
func (p *program) updated(what string, err error) {
	p.Helper()
	if err != nil {
		p.Fatalf("%s: %v", what, err)
	}
	p.await("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")
}

// checkPlan compares what was asked for with what is read, twice, as a plan after an apply does.
func (p *program) checkPlan(wish clusters.CreateOpts) {
	p.Helper()
	for range 2 {
		got := p.get()
		for what, pair := range map[string][2]any{
			"name": {got.Name, wish.Name}, "cluster_template_id": {got.ClusterTemplateID, wish.ClusterTemplateID}, "keypair": {got.KeyPair, wish.Keypair},
			"flavor_id": {got.FlavorID, wish.FlavorID}, "master_flavor_id": {got.MasterFlavorID, wish.MasterFlavorID},
			"master_count": {got.MasterCount, *wish.MasterCount}, "node_count": {got.NodeCount, *wish.NodeCount},
			"fixed_network": {got.FixedNetwork, wish.FixedNetwork}, "fixed_subnet": {got.FixedSubnet, wish.FixedSubnet},
			"docker_volume_size": {got.DockerVolumeSize, 0}, "discovery_url": {got.DiscoveryURL, ""}, "floating_ip_enabled": {got.FloatingIPEnabled, false},
			"labels": {fmt.Sprint(got.Labels), fmt.Sprint(wish.Labels)}, "create_timeout": {got.CreateTimeout, 60},
		} {
			if pair[0] != pair[1] {
				p.Errorf("a plan would change %s: %v is not %v", what, pair[0], pair[1])
			}
		}
	}
	p.checkLists()
}

// checkLists reads the lists, which one value of a wrong type would break.
func (p *program) checkLists() {
	p.Helper()
	for name, pager := range map[string]pagination.Pager{
		"short": clusters.List(p.client, clusters.ListOpts{Limit: 1}),
		"long":  clusters.ListDetail(p.client, clusters.ListOpts{SortKey: "name", SortDir: "desc"}),
	} {
		found := p.all(pager)
		if len(found) != 1 || found[0].UUID != p.id {
			p.Errorf("the %s list has %v", name, found)
		}
	}
}

// all returns the clusters of all pages.
func (p *program) all(pager pagination.Pager) []clusters.Cluster {
	p.Helper()
	pages, err := pager.AllPages(p.Context())
	if err != nil {
		p.Fatalf("listing clusters: %v", err)
	}
	found, err := clusters.ExtractClusters(pages)
	if err != nil {
		p.Fatalf("listing clusters: %v", err)
	}
	return found
}

// checkErrors holds what the SDK makes of errors.
func (p *program) checkErrors(wish clusters.CreateOpts) {
	p.Helper()
	post := func(change func(*clusters.CreateOpts)) error {
		changed := wish
		change(&changed)
		return clusters.Create(p.Context(), p.client, changed).Err
	}
	for name, test := range map[string]struct {
		err    error
		status int
	}{
		"a name that is taken": {post(func(*clusters.CreateOpts) {}), http.StatusConflict},
		"no nodes":             {post(func(o *clusters.CreateOpts) { o.Name, o.NodeCount = "other", number(0) }), http.StatusBadRequest},
		"an unknown cluster":   {clusters.Get(p.Context(), p.client, "nothing").Err, http.StatusNotFound},
		"an unknown group":     {nodegroups.Get(p.Context(), p.client, p.id, "nothing").Err, http.StatusNotFound},
		"an unknown token":     {clusters.Get(p.Context(), container(p, "nonsense", ""), p.id).Err, http.StatusUnauthorized},
		"an old microversion":  {clusters.Get(p.Context(), container(p, p.client.TokenID, "1.0"), p.id).Err, http.StatusNotAcceptable},
	} {
		if !gophercloud.ResponseCodeIs(test.err, test.status) {
			p.Errorf("%s: got %v, want %d", name, test.err, test.status)
		}
	}
}

// checkStranger looks with a second program, which sees its own project only.
func (p *program) checkStranger() {
	p.Helper()
	_, token := newProject(p.T)
	second := &program{T: p.T, client: container(p, token, ""), id: p.id}
	check(p, "clusters that the second program lists", len(second.all(clusters.List(second.client, nil))), 0)
	into := container(p, token, "")
	into.MoreHeaders = map[string]string{"X-Project-Id": p.get().ProjectID}
	for name, test := range map[string]struct {
		err    error
		status int
	}{
		"reads":              {clusters.Get(p.Context(), second.client, p.id).Err, http.StatusNotFound},
		"reads by name":      {clusters.Get(p.Context(), second.client, "gophercloud").Err, http.StatusNotFound},
		"resizes":            {clusters.Resize(p.Context(), second.client, p.id, clusters.ResizeOpts{NodeCount: number(1)}).Err, http.StatusNotFound},
		"deletes":            {clusters.Delete(p.Context(), second.client, p.id).ExtractErr(), http.StatusNotFound},
		"renews":             {certificates.Update(p.Context(), second.client, p.id).ExtractErr(), http.StatusNotFound},
		"names the project":  {clusters.Get(p.Context(), into, p.id).Err, http.StatusForbidden},
		"creates in it, too": {clusters.Create(p.Context(), into, opts("stranger")).Err, http.StatusForbidden},
	} {
		if !gophercloud.ResponseCodeIs(test.err, test.status) {
			p.Errorf("the second program %s: got %v, want %d", name, test.err, test.status)
		}
	}
}

// groups returns the node groups of the cluster.
func (p *program) groups() []nodegroups.NodeGroup {
	p.Helper()
	pages, err := nodegroups.List(p.client, p.id, nodegroups.ListOpts{}).AllPages(p.Context())
	if err != nil {
		p.Fatalf("listing node groups: %v", err)
	}
	all, err := nodegroups.ExtractNodeGroups(pages)
	if err != nil {
		p.Fatalf("listing node groups: %v", err)
	}
	return all
}

// addGroup adds a node group as terraform-provider-openstack does, without labels and image.
func (p *program) addGroup() string {
	p.Helper()
	wish := nodegroups.CreateOpts{Name: "added", NodeCount: number(1), MinNodeCount: 1, MaxNodeCount: number(4), FlavorID: "m2.c8m16"}
	made, err := nodegroups.Create(p.Context(), p.client, p.id, wish).Extract()
	if err != nil {
		p.Fatalf("adding a node group: %v", err)
	}
	p.await("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")
	for range 2 {
		got, err := nodegroups.Get(p.Context(), p.client, p.id, made.UUID).Extract()
		if err != nil {
			p.Fatalf("reading the node group: %v", err)
		}
		check(p, "labels that were not sent", len(got.Labels), 0)
		check(p, "its flavor", got.FlavorID, wish.FlavorID)
		check(p, "its nodes", got.NodeCount, 1)
		check(p, "its minimum", got.MinNodeCount, 1)
		check(p, "its maximum", *got.MaxNodeCount, 4)
		check(p, "its status", got.Status, "CREATE_COMPLETE")
	}
	standard := slices.IndexFunc(p.groups(), func(g nodegroups.NodeGroup) bool { return g.IsDefault && g.Role != "master" })
	if standard < 0 {
		p.Errorf("no node group is the default one: %v", p.groups())
	}
	return made.UUID
}

// resize changes bounds and size back to back, as terraform-provider-openstack does.
func (p *program) resize(group string) {
	p.Helper()
	bounds := []nodegroups.UpdateOpts{{Op: nodegroups.ReplaceOp, Path: "/max_node_count", Value: 5}}
	changed, err := nodegroups.Update(p.Context(), p.client, p.id, group, bounds).Extract()
	if err != nil || changed.MaxNodeCount == nil || *changed.MaxNodeCount != 5 {
		p.Fatalf("changing bounds: got %v, %v", changed, err)
	}
	p.updated("resizing the node group", clusters.Resize(p.Context(), p.client, p.id, clusters.ResizeOpts{NodeCount: number(3), NodeGroup: group}).Err)
	// A resize that changes nothing is a change all the same.
	p.updated("resizing to the same size", clusters.Resize(p.Context(), p.client, p.id, clusters.ResizeOpts{NodeCount: number(2)}).Err)
	check(p, "nodes", p.get().NodeCount, 5)
}

// answer asks for what the SDK has no function for.
func (p *program) answer(into any, path ...string) {
	p.Helper()
	if _, err := p.client.Get(p.Context(), p.client.ServiceURL(append([]string{"clusters", p.id}, path...)...), into, nil); err != nil {
		p.Fatalf("reading %s: %v", strings.Join(path, "/"), err)
	}
}

func (p *program) kubeconfig() string {
	p.Helper()
	var answer struct {
		Config string `json:"config"`
	}
	p.answer(&answer, "config")
	return answer.Config
}

// upgrade upgrades the control plane, then one group, and then all.
func (p *program) upgrade(kubeconfig string) {
	p.Helper()
	for _, group := range []string{"default-master", "default-worker"} {
		at := p.client.ServiceURL("clusters", p.id, "nodegroups", group, "upgrade")
		var answer struct {
			UUID string `json:"uuid"`
		}
		_, err := p.client.Post(p.Context(), at, map[string]any{"version": newVersion}, &answer, &gophercloud.RequestOpts{OkCodes: []int{http.StatusAccepted}})
		p.updated("upgrading "+group, err)
		upgraded, err := nodegroups.Get(p.Context(), p.client, p.id, answer.UUID).Extract()
		if err != nil || upgraded.Name != group || upgraded.Version != newVersion {
			p.Errorf("the upgraded group: got %v, %v", upgraded, err)
		}
	}
	checkNodes(p.T, kubeconfig, map[string]int{oldVersion: 3, newVersion: 2})
	p.updated("upgrading all", clusters.Upgrade(p.Context(), p.client, p.id, clusters.UpgradeOpts{ClusterTemplate: newVersion}).Err)
	checkNodes(p.T, kubeconfig, map[string]int{newVersion: 5})
	check(p, "template after the upgrade", p.get().ClusterTemplateID, newVersion)
	check(p, "version after the upgrade", p.get().COEVersion, newVersion)
}

// sign lets the cluster's authority sign a certificate, and uses it.
func (p *program) sign() {
	p.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		p.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		p.Fatal(err)
	}
	subject := pkix.Name{CommonName: "program", Organization: []string{"system:masters"}}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: subject}, key)
	if err != nil {
		p.Fatal(err)
	}
	text := func(kind string, content []byte) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})
	}
	authority, err := certificates.Get(p.Context(), p.client, p.id).Extract()
	if err != nil {
		p.Fatalf("reading the authority: %v", err)
	}
	signed, err := certificates.Create(p.Context(), p.client, certificates.CreateOpts{ClusterUUID: p.id, CSR: string(text("CERTIFICATE REQUEST", request))}).Extract()
	if err != nil {
		p.Fatalf("signing: %v", err)
	}
	in64 := base64.StdEncoding.EncodeToString
	checkNodes(p.T, fmt.Sprintf(`{"apiVersion": "v1", "kind": "Config", "current-context": "c",
		"clusters": [{"name": "c", "cluster": {"server": %q, "certificate-authority-data": %q}}],
		"users": [{"name": "c", "user": {"client-certificate-data": %q, "client-key-data": %q}}],
		"contexts": [{"name": "c", "context": {"cluster": "c", "user": "c"}}]}`,
		p.get().APIAddress, in64([]byte(authority.PEM)), in64([]byte(signed.PEM)), in64(text("EC PRIVATE KEY", keyDER))), map[string]int{newVersion: 5})
}

// renew renews the certificates: the kubeconfig changes, and the former one opens nothing any more.
func (p *program) renew(former string) {
	p.Helper()
	p.updated("renewing certificates", certificates.Update(p.Context(), p.client, p.id).ExtractErr())
	renewed := p.kubeconfig()
	if renewed == former {
		p.Error("the kubeconfig did not change")
	}
	checkNodes(p.T, renewed, map[string]int{newVersion: 5})
	check(p, "the former kubeconfig is refused", refused(p.T, former), true)
}

// event is what the program reads of an event.
type event struct {
	ID           int    `json:"id"`
	Type         string `json:"type"`
	State        string `json:"state"`
	ResourceName string `json:"resource_name"`
}

func (p *program) events() []string {
	p.Helper()
	var answer struct {
		Events []event `json:"events"`
	}
	p.answer(&answer, "events")
	var told []string
	last := 0
	for _, e := range answer.Events {
		if e.ID <= last {
			p.Errorf("event %d comes after %d", e.ID, last)
		}
		last = e.ID
		told = append(told, e.Type+" "+e.ResourceName+" "+e.State)
	}
	return told
}

// checkEvents compares the history with what was done.
func (p *program) checkEvents() {
	p.Helper()
	want := []string{
		"CLUSTER_CREATE gophercloud SUCCESS", "NODEGROUP_CREATE added SUCCESS", "NODEGROUP_SET_CLUSTER_AUTOSCALER added SUCCESS",
		"CLUSTER_RESIZE added SUCCESS", "CLUSTER_RESIZE default-worker SUCCESS", "NODEGROUP_UPGRADE default-master SUCCESS",
		"NODEGROUP_UPGRADE default-worker SUCCESS", "CLUSTER_ROTATE_CERTIFICATE gophercloud SUCCESS",
	}
	got := p.events()
	for _, told := range want {
		if !slices.Contains(got, told) {
			p.Errorf("no event says %q: %q", told, got)
		}
	}
}

func (p *program) deleteGroup(group string) {
	p.Helper()
	if err := nodegroups.Delete(p.Context(), p.client, p.id, group).ExtractErr(); err != nil {
		p.Fatalf("deleting the node group: %v", err)
	}
	p.await("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")
	check(p, "groups that are left", len(p.groups()), 1)
}

// delete deletes the cluster, waits until it is gone, and reads its history.
func (p *program) delete() {
	p.Helper()
	p.remove()
	for range patience {
		if got := p.events(); slices.Contains(got, "CLUSTER_DELETE gophercloud SUCCESS") {
			return
		}
		time.Sleep(time.Second)
	}
	p.Errorf("no event says that it is deleted: %q", p.events())
}

// remove deletes the cluster and waits until it is gone. One that is gone is fine.
func (p *program) remove() {
	p.Helper()
	ctx := p.Context()
	if ctx.Err() != nil {
		// The test is over, and this its end.
		ctx = context.Background()
	}
	err := clusters.Delete(ctx, p.client, p.id).ExtractErr()
	for range 2 * patience {
		if gophercloud.ResponseCodeIs(err, http.StatusNotFound) {
			return
		}
		if err != nil {
			p.Fatalf("deleting the cluster: %v", err)
		}
		time.Sleep(time.Second)
		err = clusters.Get(ctx, p.client, p.id).Err
	}
	p.Fatal("the cluster is still there")
}
