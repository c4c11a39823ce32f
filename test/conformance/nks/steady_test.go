package nks

import (
	"context"
	"net/http"
	"testing"

	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/slipway-dev/slipway/internal/testing/tenant"
	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// steady is a cluster of the tenant that the cases share. Its default-worker has three nodes, n0 to n2. Cases only read it, or are
// refused what they ask of it.
const steady = "steady"

const steadyBody = `{"name": "` + steady + `", "cluster_template_id": "iaas_console", "keypair": "test-keypair", "node_count": 3,
	"flavor_id": "m2.c4m8", "fixed_network": "eb212079-b6ec-430c-ba57-14280a457bcb", "fixed_subnet": "4fdf5b80-3d35-43f5-a5c1-010a3b6c8e90",
	"labels": {"availability_zone": "kr2-pub-b", "boot_volume_size": "20", "boot_volume_type": "General HDD", "ca_enable": "false",
		"cert_manager_api": "True", "kube_tag": "v1.28.3", "master_lb_floating_ip_enabled": "true", "node_image": "ubuntu-22"}}`

// makeSteady makes it, and waits until it is there.
func makeSteady(ctx context.Context, t *testing.T, w *suite.World, home *tenant.Tenant) {
	t.Helper()
	who := w.Identity(ctx, t, home, "tenant")
	send := func(method, target, body string) *suite.Answer {
		a, err := w.Send(ctx, who, suite.Request{Method: method, Target: target, Body: []byte(body)}, false)
		if err != nil {
			t.Fatalf("making the cluster %s: %v", steady, err)
		}
		return a
	}
	if a := send(http.MethodPost, "/v1/clusters", steadyBody); a.Status != http.StatusAccepted {
		t.Fatalf("making the cluster %s: %s", steady, a)
	}
	err := wait.PollUntilContextTimeout(ctx, suite.Patience/600, suite.Patience, true, func(context.Context) (bool, error) {
		body, _ := send(http.MethodGet, "/v1/clusters/"+steady, "").Body.(*suite.Object)
		return body.Text("status") == "CREATE_COMPLETE", nil
	})
	if err != nil {
		t.Fatalf("waiting for the cluster %s: %v\n%s", steady, err, send(http.MethodGet, "/v1/clusters/"+steady, ""))
	}
}
