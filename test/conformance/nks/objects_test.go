package nks

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// statusWords are all words that a status may be.
var statusWords = []string{
	"CREATE_IN_PROGRESS", "CREATE_FAILED", "CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_FAILED", "UPDATE_COMPLETE",
	"DELETE_IN_PROGRESS", "DELETE_FAILED",
}

// Members of the short forms.
var (
	shortCluster = []string{
		"uuid", "name", "status", "kube_tag", "flavor_id", "keypair", "node_count", "stack_id", "cluster_template_id", "create_timeout",
		"docker_volume_size", "health_status", "labels", "links",
	}
	shortNodeGroup = []string{
		"uuid", "name", "flavor_id", "image_id", "role", "is_default", "node_count", "min_node_count", "max_node_count", "stack_id", "status",
	}
)

// short checks a cluster of a list.
func (s *shape) short(path string, one *suite.Object) {
	s.members(path, one, shortCluster, nil)
	s.cluster(path, one)
}

// long checks one cluster, which may also have whatever was sent.
func (s *shape) long(path string, one *suite.Object) {
	s.members(path, one, append([]string{
		"status_reason", "api_address", "coe_version", "container_version", "project_id", "user_id", "fixed_network", "fixed_subnet",
		"node_addresses", "health_status_reason", "floating_ip_enabled", "created_at", "updated_at",
	}, shortCluster...), []string{"*"})
	s.cluster(path, one)
	s.types(path, one, map[string]string{
		"status_reason": "string|null", "api_address": "string|null", "coe_version": "string|null", "container_version": "string|null",
		"project_id": "string", "user_id": "string", "fixed_network": "string|null", "fixed_subnet": "string|null", "node_addresses": "array",
		"health_status_reason": "object|null", "floating_ip_enabled": "boolean", "created_at": "string",
	})
	s.times(path, one, "created_at", "updated_at")
	status := one.Text("status")
	calm := strings.HasSuffix(status, "_COMPLETE")
	s.demand(!calm || one.Get("status_reason") == nil, path+"/status_reason", "is %s with %s", suite.Show(one.Get("status_reason")), status)
}

// cluster checks what all forms of a cluster have.
func (s *shape) cluster(path string, one *suite.Object) {
	s.types(path, one, map[string]string{
		"uuid": "string", "name": "string", "status": "string", "kube_tag": "string|null", "flavor_id": "string|null", "keypair": "string|null",
		"node_count": "integer", "stack_id": "string", "cluster_template_id": "string", "create_timeout": "integer",
		"docker_volume_size": "integer|null", "health_status": "string", "labels": "object", "links": "array",
	})
	s.demand(uuidForm.MatchString(one.Text("uuid")) && one.Text("stack_id") == one.Text("uuid"), path+"/uuid", "is %q, and stack_id %q", one.Text("uuid"), one.Text("stack_id"))
	s.demand(slices.Contains(statusWords, one.Text("status")), path+"/status", "is %q", one.Text("status"))
	s.demand(slices.Contains([]string{"HEALTHY", "UNHEALTHY", "UNKNOWN"}, one.Text("health_status")), path+"/health_status", "is %q", one.Text("health_status"))
	s.labels(path+"/labels", one.Child("labels"))
	s.links(path+"/links", one.Get("links"), "clusters/"+one.Text("uuid"))
}

// labels checks that labels are texts, or lists where the client can read these.
func (s *shape) labels(path string, labels *suite.Object) {
	if labels == nil {
		return
	}
	for _, name := range labels.Keys {
		kind := suite.TypeOf(labels.Get(name))
		s.demand(kind == "string" || kind == "array" && !s.gophercloud, path+"/"+name, "is %s", suite.Show(labels.Get(name)))
	}
}

// links checks the two links of an object.
func (s *shape) links(path string, value any, below string) {
	list, _ := value.([]any)
	if len(list) != 2 {
		s.demand(false, path, "is %s", suite.Show(value))
		return
	}
	for i, want := range []struct{ rel, suffix, not string }{{"self", "/v1/" + below, ""}, {"bookmark", "/" + below, "/v1/" + below}} {
		one, _ := list[i].(*suite.Object)
		href := one.Text("href")
		s.demand(one.Text("rel") == want.rel && strings.HasPrefix(href, "http") && strings.HasSuffix(href, want.suffix) &&
			(want.not == "" || !strings.HasSuffix(href, want.not)), path, "has %s", suite.Show(list[i]))
	}
}

// shortGroup checks a node group of a list.
func (s *shape) shortGroup(path string, one *suite.Object) {
	s.members(path, one, shortNodeGroup, nil)
	s.group(path, one)
}

// longGroup checks one node group.
func (s *shape) longGroup(path string, one *suite.Object) {
	s.members(path, one, append([]string{
		"id", "cluster_id", "project_id", "labels", "links", "node_addresses", "docker_volume_size", "status_reason", "created_at", "updated_at", "version",
	}, shortNodeGroup...), []string{"*"})
	s.group(path, one)
	s.types(path, one, map[string]string{
		"id": "integer", "cluster_id": "string", "project_id": "string", "labels": "object", "node_addresses": "array",
		"docker_volume_size": "integer|null", "status_reason": "string|null", "created_at": "string", "version": "string|null",
	})
	s.times(path, one, "created_at", "updated_at")
	s.numbers(path, one)
	s.labels(path+"/labels", one.Child("labels"))
	s.links(path+"/links", one.Get("links"), "clusters/"+one.Text("cluster_id")+"/nodegroups/"+one.Text("uuid"))
}

// numbers checks what is made of ids: the number of a group, and the id of the control plane.
func (s *shape) numbers(path string, one *suite.Object) {
	id, err := uuid.Parse(one.Text("uuid"))
	cluster, errCluster := uuid.Parse(one.Text("cluster_id"))
	if err != nil || errCluster != nil {
		s.demand(false, path, "has ids that are none: %v, %v", err, errCluster)
		return
	}
	number := json.Number(fmt.Sprint(binary.BigEndian.Uint32(id[:4]) >> 1))
	s.demand(one.Get("id") == number, path+"/id", "is %s, want %s", suite.Show(one.Get("id")), number)
	s.demand(one.Text("name") != fleetv1.ControlPlanePool || id == uuid.NewSHA1(cluster, []byte(fleetv1.ControlPlanePool)), path+"/uuid", "is %s", id)
}

// group checks what all forms of a node group have.
func (s *shape) group(path string, one *suite.Object) {
	s.types(path, one, map[string]string{
		"uuid": "string", "name": "string", "flavor_id": "string|null", "image_id": "string|null", "role": "string", "is_default": "boolean",
		"node_count": "integer", "min_node_count": "integer", "max_node_count": "integer|null", "stack_id": "string", "status": "string",
	})
	s.demand(uuidForm.MatchString(one.Text("uuid")) && one.Text("stack_id") == one.Text("uuid"), path+"/uuid", "is %q, and stack_id %q", one.Text("uuid"), one.Text("stack_id"))
	s.demand(slices.Contains(statusWords, one.Text("status")), path+"/status", "is %q", one.Text("status"))
	s.demand(one.Get("is_default") == (one.Text("name") == "default-worker" || one.Text("name") == "default-master"), path+"/is_default", "is %s", suite.Show(one.Get("is_default")))
}

// event checks an event.
func (s *shape) event(path string, one *suite.Object) {
	s.members(path, one, []string{
		"id", "uuid", "project_id", "cluster_uuid", "cluster_name", "resource_uuid", "resource_name", "resource_type", "type", "state", "contents",
		"created_at", "updated_at",
	}, nil)
	s.types(path, one, map[string]string{
		"id": "integer", "uuid": "string", "project_id": "string", "cluster_uuid": "string", "cluster_name": "string", "resource_uuid": "string",
		"resource_name": "string", "resource_type": "string", "type": "string", "state": "string", "contents": "string|null", "created_at": "string",
	})
	s.demand(slices.Contains([]string{"cluster", "nodegroup"}, one.Text("resource_type")), path+"/resource_type", "is %q", one.Text("resource_type"))
	s.demand(slices.Contains([]string{"IN_PROGRESS", "SUCCESS", "FAIL"}, one.Text("state")), path+"/state", "is %q", one.Text("state"))
	s.demand(one.Text("state") != "SUCCESS" || one.Get("contents") == nil, path+"/contents", "is %s", suite.Show(one.Get("contents")))
	s.times(path, one, "created_at", "updated_at")
}
