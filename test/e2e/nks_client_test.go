//go:build e2e

package e2e

import (
	"context"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// nksCluster is the body of a request that creates a cluster as the published example does, with one node.
func nksCluster(name, version string) map[string]any {
	return map[string]any{
		"cluster_template_id": "iaas_console", "create_timeout": 60, "name": name, "node_count": 1, "keypair": "test-keypair",
		"fixed_network": "eb212079-b6ec-430c-ba57-14280a457bcb", "fixed_subnet": "4fdf5b80-3d35-43f5-a5c1-010a3b6c8e90",
		"flavor_id": "6ef27f21-c774-4c0e-84ff-7dd4a762571f",
		"labels": map[string]any{
			"availability_zone": "kr2-pub-b", "boot_volume_size": "20", "boot_volume_type": "General HDD", "ca_enable": "false",
			"cert_manager_api": "True", "kube_tag": version, "master_lb_floating_ip_enabled": "true",
			"node_image": "f462a2a5-ba24-46d6-b7a1-9a9febcd3cfc", "user_script_v2": "", "ncr_sgw": "registry-a",
		},
	}
}

// task is one entry of a cluster's history, without its ids and times.
type task struct{ name, resource, on, state, contents string }

// tasks returns the history of a cluster.
func (c *restClient) tasks(ctx context.Context, g Gomega, cluster string) []task {
	answer, err := c.send(ctx, http.MethodGet, "/v1/clusters/"+cluster+"/events", nil, nil)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(answer.status).To(Equal(http.StatusOK), answer.String())
	list, _ := answer.body["events"].([]any)
	made := make([]task, 0, len(list))
	for _, item := range list {
		event := reply{body: item.(map[string]any)}
		made = append(made, task{event.text("type"), event.text("resource_type"), event.text("resource_name"), event.text("state"), event.text("contents")})
	}
	return made
}

// word returns the status of a cluster or node group.
func (c *restClient) word(ctx context.Context, g Gomega, path string) string {
	answer, err := c.send(ctx, http.MethodGet, "/v1/clusters/"+path, nil, nil)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(answer.status).To(Equal(http.StatusOK), answer.String())
	return answer.text("status")
}

// accepted sends a request for a task and expects that it is accepted.
func (c *restClient) accepted(ctx context.Context, method, path string, body any) reply {
	GinkgoHelper()
	answer := c.must(ctx, method, "/v1/"+path, body)
	Expect(answer.status).To(Equal(http.StatusAccepted), answer.String())
	return answer
}
