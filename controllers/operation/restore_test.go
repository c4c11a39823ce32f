package operation_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("A Cluster that comes from a backup", func() {
	It("has the records that came with it, and no new one before something changes", func(ctx context.Context) {
		w := newWorld(ctx)
		cluster := w.cluster(ctx, fixture.Annotated[*fleetv1.Cluster](fleetv1.AnnotationRestoring, "true"))
		Expect(w.told(ctx)).To(BeEmpty())

		record := &fleetv1.Operation{Spec: fleetv1.OperationSpec{
			Type: fleetv1.OperationPoolUpgrade, Generation: 1, Sequence: 7, StartTime: cluster.CreationTimestamp,
			Target:  fleetv1.OperationTarget{Kind: fleetv1.KindCluster, ID: "one", Name: cluster.Name, UID: cluster.UID},
			Cluster: fleetv1.OperationCluster{ID: "one", Name: cluster.Name},
		}}
		record.Namespace, record.Name = w.namespace, "op-7"
		Expect(w.client.Create(ctx, record)).To(Succeed())
		w.said(ctx, cluster, ready)
		w.look(ctx, cluster)
		Expect(w.told(ctx)).To(Equal([]string{"7 NODEGROUP_UPGRADE sample@1 "}), "nothing is said while the restore goes on")

		before := cluster.DeepCopy()
		delete(cluster.Annotations, fleetv1.AnnotationRestoring)
		Expect(w.client.Patch(ctx, cluster, client.MergeFrom(before))).To(Succeed())
		Expect(w.shown(ctx, before, cluster)).To(HaveLen(1), "the end of the restore wakes it")
		w.look(ctx, cluster)
		Expect(w.told(ctx)).To(Equal([]string{"7 NODEGROUP_UPGRADE sample@1 Succeeded"}))
		w.edited(ctx, cluster, func() { cluster.Spec.KubernetesVersion = "v1.37.1" })
		Expect(w.told(ctx)[1:]).To(Equal([]string{"8 NODEGROUP_UPGRADE sample@2 InProgress"}))
	})
})
