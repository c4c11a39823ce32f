//go:build e2e

package restore

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

var _ = Describe("A management cluster that was lost", Ordered, ContinueOnFailure, func() {
	var before, after picture

	It("is worth a backup once its fleet has a history", func(ctx SpecContext) {
		addon := &fleetv1.Addon{}
		addon.Namespace, addon.Name = tenant, "jupyterhub"
		change(ctx, addon, func() { addon.Spec.Version = "3.3.9" })
		pool := &fleetv1.NodePool{}
		pool.Namespace, pool.Name = tenant, "sample-default-worker"
		replicas := int32(3)
		change(ctx, pool, func() { pool.Spec.Replicas = &replicas })
		Eventually(settled).WithContext(ctx).Should(Succeed())
		before = look(ctx)
		Expect(before.history).To(ContainElements(ContainSubstring("ADDON_UPGRADE"), ContainSubstring("CLUSTER_RESIZE")))

		file := filepath.Join(hub.stateDir, "fleet.json.gz")
		Expect(slipway(ctx, "backup", "--file", file)).To(ContainSubstring(" objects to "))
		info, err := os.Stat(file)
		Expect(err).NotTo(HaveOccurred())
		Expect(info.Mode().Perm()).To(Equal(os.FileMode(0o600)))
	}, SpecTimeout(patience))

	It("is made anew, and the fleet brought back, while manager and Flux run", func(ctx SpecContext) {
		local(ctx, "down", "--keep")
		Expect(os.RemoveAll(filepath.Join(hub.stateDir, "hub"))).To(Succeed())
		local(ctx, "up", "--restore", filepath.Join(hub.stateDir, "fleet.json.gz"))
		connect()
		Eventually(settled).WithContext(ctx).Should(Succeed())
		after = look(ctx)
	}, SpecTimeout(10*time.Minute))

	It("has its objects under their ids and no others", func() { Expect(gocmp.Diff(before.ids, after.ids)).To(BeEmpty()) })

	It("has its history, and no task that nobody asked for", func() { Expect(gocmp.Diff(before.history, after.history)).To(BeEmpty()) })

	It("knows what is installed, and what was before", func() { Expect(gocmp.Diff(before.addons, after.addons)).To(BeEmpty()) })

	It("has the tenant clusters of old, with their nodes", func() { Expect(gocmp.Diff(before.tenants, after.tenants)).To(BeEmpty()) })

	It("installed nothing again, neither from here nor by the tenant's own Flux", func() {
		Expect(before.releases).To(HaveLen(3)) // two of the add-on that was upgraded
		Expect(gocmp.Diff(before.releases, after.releases)).To(BeEmpty())
	})

	It("goes on: a rollback is one more task", func(ctx SpecContext) {
		addon := &fleetv1.Addon{}
		addon.Namespace, addon.Name = tenant, "jupyterhub"
		change(ctx, addon, func() { addon.Spec.Version = addon.Status.PreviousVersion })
		Eventually(settled).WithContext(ctx).Should(Succeed())
		Expect(addon.Spec.Version).To(Equal("3.3.8"))
		now := look(ctx)
		Expect(now.history).To(HaveLen(len(before.history) + 1))
		Expect(now.history[len(before.history)]).To(MatchRegexp(`^op-%d ADDON_UPGRADE .*Succeeded$`, len(before.history)+1))
		Expect(now.releases).To(HaveLen(4))
	}, SpecTimeout(patience))

	It("takes its fleet away as ever", func(ctx SpecContext) {
		for _, name := range []string{"sample", "edge"} {
			cluster := &fleetv1.Cluster{}
			cluster.Namespace, cluster.Name = tenant, name
			Expect(hub.Delete(ctx, cluster)).To(Succeed())
		}
		Eventually(func(g Gomega) {
			clusters := &fleetv1.ClusterList{}
			g.Expect(hub.List(ctx, clusters)).To(Succeed())
			g.Expect(clusters.Items).To(BeEmpty())
		}).WithContext(ctx).Should(Succeed())
		Expect(filepath.Glob(filepath.Join(hub.stateDir, "tenants", tenant+"_*"))).To(BeEmpty())
	}, SpecTimeout(patience))
})

// change changes an object as a user would.
func change(ctx context.Context, object client.Object, mutate func()) {
	GinkgoHelper()
	Eventually(func() error {
		if err := hub.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
			return err
		}
		mutate()
		return hub.Update(ctx, object)
	}).Should(Succeed())
}

// fleet reads everything that has conditions.
func fleet(ctx context.Context, g Gomega) []conditioned {
	var clusters fleetv1.ClusterList
	var pools fleetv1.NodePoolList
	var addons fleetv1.AddonList
	var operations fleetv1.OperationList
	for _, list := range []client.ObjectList{&clusters, &pools, &addons, &operations} {
		g.Expect(hub.List(ctx, list, client.InNamespace(tenant))).To(Succeed())
	}
	var all []conditioned
	for i := range clusters.Items {
		all = append(all, &clusters.Items[i])
	}
	for i := range pools.Items {
		all = append(all, &pools.Items[i])
	}
	for i := range addons.Items {
		all = append(all, &addons.Items[i])
	}
	for i := range operations.Items {
		all = append(all, &operations.Items[i])
	}
	return all
}

// settled tells whether everything is ready, and every task has ended.
func settled(g Gomega, ctx context.Context) { //nolint:revive // Gomega's order
	for _, object := range fleet(ctx, g) {
		ready := apimeta.FindStatusCondition(*object.GetConditions(), fleetv1.ConditionReady)
		g.Expect(ready).NotTo(BeNil(), object.GetName())
		g.Expect(string(ready.Status)).To(Equal("True"), "%T %s: %s", object, object.GetName(), ready.Message)
		g.Expect(ready.ObservedGeneration).To(Equal(object.GetGeneration()), object.GetName())
	}
}

// picture is what must survive.
type picture struct {
	// ids of all objects, by kind and name, with when they were created.
	ids map[string]string
	// history are the records in their order.
	history []string
	// addons are what add-ons say of what is deployed.
	addons map[string]fleetv1.AddonStatus
	// tenants are the UIDs of the tenant clusters and their nodes.
	tenants map[string]string
	// releases are the UIDs of Helm's records in the tenant clusters.
	releases map[string]string
}

// look takes a picture.
func look(ctx context.Context) picture {
	GinkgoHelper()
	p := picture{ids: map[string]string{}, addons: map[string]fleetv1.AddonStatus{}, tenants: map[string]string{}, releases: map[string]string{}}
	var records []*fleetv1.Operation
	for _, object := range fleet(ctx, Default) {
		created := fleetv1.CreatedTime(object)
		key := fmt.Sprintf("%T %s", object, object.GetName())
		switch typed := object.(type) {
		case *fleetv1.Operation:
			records = append(records, typed)
			continue
		case *fleetv1.Addon:
			status := typed.Status
			p.addons[typed.Name] = fleetv1.AddonStatus{
				CurrentVersion: status.CurrentVersion, PreviousVersion: status.PreviousVersion, Rollbackable: status.Rollbackable,
				History: moments(status.History), RenderedChecksum: status.RenderedChecksum, LastAppliedTime: status.LastAppliedTime,
				Delivery: status.Delivery, Outputs: status.Outputs,
			}
		case *fleetv1.Cluster:
			p.visit(ctx, typed.Name)
		}
		p.ids[key] = object.GetLabels()[fleetv1.LabelID] + " " + created.UTC().String()
	}
	slices.SortFunc(records, func(a, b *fleetv1.Operation) int { return cmp.Compare(a.Spec.Sequence, b.Spec.Sequence) })
	for _, record := range records {
		p.history = append(p.history, fmt.Sprintf("%s %s %s of %s %s %s", record.Name, record.Spec.Type, record.Labels[fleetv1.LabelID],
			record.Spec.Target.ID, record.Spec.StartTime.UTC(), record.Status.State))
	}
	return p
}

// moments returns a history without generations, which count anew.
func moments(history []fleetv1.AddonHistoryEntry) []fleetv1.AddonHistoryEntry {
	list := slices.Clone(history)
	for i := range list {
		list[i].Generation = 0
	}
	return list
}

// visit looks at a tenant cluster.
func (p picture) visit(ctx context.Context, cluster string) {
	GinkgoHelper()
	there := on(ctx, cluster)
	system := &corev1.Namespace{}
	nodes, secrets := &corev1.NodeList{}, &corev1.SecretList{}
	Eventually(func(g Gomega) {
		g.Expect(there.Get(ctx, client.ObjectKey{Name: "kube-system"}, system)).To(Succeed())
		g.Expect(there.List(ctx, nodes)).To(Succeed())
		g.Expect(there.List(ctx, secrets, client.MatchingLabels{"owner": "helm"})).To(Succeed())
	}).Should(Succeed())
	p.tenants[cluster] = string(system.UID)
	for _, node := range nodes.Items {
		p.tenants[cluster+" "+node.Name] = string(node.UID)
	}
	for _, secret := range secrets.Items {
		p.releases[cluster+" "+secret.Name] = string(secret.UID)
	}
}

// conditioned is any of our objects with conditions.
type conditioned interface {
	client.Object
	GetConditions() *[]metav1.Condition
}
