//go:build e2e

package install

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	coordinationv1 "k8s.io/api/coordination/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// leading is the identity of the manager that leads.
func leading(ctx context.Context) string {
	GinkgoHelper()
	lease := &coordinationv1.Lease{}
	Expect(hub.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "slipway-manager"}, lease)).To(Succeed())
	if lease.Spec.HolderIdentity == nil {
		return ""
	}
	return *lease.Spec.HolderIdentity
}

// leader is the pod of the manager that leads, which it says in its log.
func leader(ctx context.Context) string {
	GinkgoHelper()
	var found string
	Eventually(func(g Gomega) {
		for _, pod := range strings.Fields(kubectl(ctx, "", "get", "pods", "--namespace", namespace, "--output=name",
			"--selector=app.kubernetes.io/name=slipway-manager", "--field-selector=status.phase=Running")) {
			if strings.Contains(kubectl(ctx, "", "logs", "--namespace", namespace, pod), "Successfully acquired lease") {
				found = pod
			}
		}
		g.Expect(found).NotTo(BeEmpty())
	}).WithContext(ctx).Should(Succeed())
	return found
}

// finalize reports for every cluster that ends, as the adapter elsewhere, that what it made is gone.
func finalize(ctx context.Context) {
	GinkgoHelper()
	clusters := &fleetv1.ClusterList{}
	Expect(hub.client.List(ctx, clusters)).To(Succeed())
	Expect(clusters.Items).NotTo(BeEmpty())
	for _, cluster := range clusters.Items {
		Expect(cluster.DeletionTimestamp.IsZero()).To(BeFalse(), "cluster %s is not being deleted", cluster.Name)
		rest(ctx, "create", "/clusters/"+cluster.Name+"/statuses", fmt.Sprintf(`{"adapter":"builder","observed_generation":%d,
			"observed_time":"2026-01-01T00:00:01Z","conditions":[{"type":"Available","status":"False"},{"type":"Applied","status":"False"},
			{"type":"Health","status":"False"},{"type":"Finalized","status":"True"}]}`, cluster.Generation))
	}
}

// definitions are the kinds of Slipway that are left.
func definitions(ctx context.Context) []string {
	GinkgoHelper()
	return slices.DeleteFunc(strings.Fields(kubectl(ctx, "", "get", "customresourcedefinitions", "--output=name")),
		func(name string) bool { return !strings.HasSuffix(name, fleetv1.GroupName) })
}

// keeps fails when something that was there is not there any more, or is another of the same name.
func keeps(now, before map[string]string) {
	GinkgoHelper()
	for name, uid := range before {
		Expect(now).To(HaveKeyWithValue(name, uid))
	}
}
