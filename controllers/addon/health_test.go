package addon_test

import (
	"time"

	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/release"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// hub makes the Deployment that the chart would install, as Flux labels it, of which so many pods are ready.
func (w *world) hub(name string, ready int32) *appsv1.Deployment {
	pods := map[string]string{"app": name}
	d := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name, Labels: map[string]string{
			"helm.toolkit.fluxcd.io/name": w.addon.Name, "helm.toolkit.fluxcd.io/namespace": w.namespace,
		}},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: pods},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: pods},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "hub", Image: "hub"}}},
			},
		},
	}
	expect.Applied(w.ctx, w.client, d)
	w.pods(d, ready)
	return d
}

// pods sets how many pods of a Deployment are ready.
func (w *world) pods(d *appsv1.Deployment, ready int32) {
	expect.Refreshed(w.ctx, w.client, d)
	d.Status = appsv1.DeploymentStatus{ObservedGeneration: d.Generation, Replicas: 1, UpdatedReplicas: 1, ReadyReplicas: ready}
	Expect(w.client.Status().Update(w.ctx, d)).To(Succeed())
}

// stuckPod makes a pod of a Deployment that no node takes.
func (w *world) stuckPod(deployment string) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: deployment + "-xyz", Labels: map[string]string{"app": deployment}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "hub", Image: "hub", Args: []string{"--password=hunter22"}, Env: []corev1.EnvVar{{Name: "PASSWORD", Value: "hunter22"}},
		}}},
	}
	expect.Applied(w.ctx, w.client, pod)
	pod.Status.Conditions = []corev1.PodCondition{{
		Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "0/2 nodes are available: 2 node(s) didn't match.",
	}}
	Expect(w.client.Status().Update(w.ctx, pod)).To(Succeed())
	return pod
}

var _ = Describe("health", func() {
	failed := []metav1.Condition{
		{Type: "Ready", Status: metav1.ConditionFalse, Reason: "InstallFailed", Message: "client rate limiter Wait returned an error: context deadline exceeded"},
		{Type: "Released", Status: metav1.ConditionFalse, Reason: "InstallFailed", Message: "client rate limiter Wait returned an error: context deadline exceeded"},
		{Type: "Stalled", Status: metav1.ConditionTrue, Reason: "RetriesExceeded"},
	}
	const stuck = "/hub: 0 of 1 replicas ready; pod hub-xyz: 0/2 nodes are available: 2 node(s) didn't match."

	It("says what the pods wait for in place of Flux's words, writes nothing while that is so, and recovers", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply()
		d := w.hub("hub", 0)
		w.stuckPod("hub")
		w.flux(failed...)
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstallFailed, "Deployment "+w.namespace+stuck)
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionTrue, fleetv1.ReasonInstallFailed)
		before := w.writes.Count()
		w.reconcile()
		Expect(w.writes.Log()[before:]).To(BeEmpty())
		Expect(w.recorder.Take()).To(ContainElement(HavePrefix("Warning InstallFailed Deployment " + w.namespace + stuck)))
		w.pods(d, 1)
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionFalse, fleetv1.ReasonNotStalled)
	})

	It("looks at an installation that takes long while Flux is at it", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply()
		w.hub("hub", 0)
		w.stuckPod("hub")
		working := metav1.Condition{Type: "Ready", Status: metav1.ConditionUnknown, Reason: "Progressing", Message: "Running 'install' action"}
		w.flux(working)
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstalling, "Flux is working on the release")
		w.clock.SetTime(w.clock.Now().Add(time.Minute))
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstalling, "Deployment "+w.namespace+stuck)
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionFalse, fleetv1.ReasonNotStalled)
	})

	It("keeps the cause of a failed upgrade after the release before was restored", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply().deployed()
		d := w.hub("hub", 0)
		pod := w.stuckPod("hub")
		w.change(func(s *fleetv1.AddonSpec) { s.Version = "2.0.0" })
		said := metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: "UpgradeFailed", Message: "context deadline exceeded"}
		w.flux(said)
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonRetrying, "Deployment "+w.namespace+stuck)
		Expect(w.client.Delete(ctx, pod)).To(Succeed())
		w.pods(d, 1)
		said.Reason = "RollbackSucceeded"
		for range 2 {
			w.flux(said, metav1.Condition{Type: "Released", Status: metav1.ConditionFalse, Reason: "UpgradeFailed", Message: "context deadline exceeded"},
				metav1.Condition{Type: "Remediated", Status: metav1.ConditionTrue, Reason: "RollbackSucceeded", Message: "rolled back"},
				metav1.Condition{Type: "Stalled", Status: metav1.ConditionTrue, Reason: "RetriesExceeded"})
			w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUpgradeFailed, "Deployment "+w.namespace+stuck+"; the release before was restored")
		}
		Expect(w.addon.Status.CurrentVersion).To(Equal("1.0.0"))
		Expect(w.addon.Status.Rollbackable).To(BeTrue())
		Expect(w.addon.Status.FailedVersions).To(ConsistOf("2.0.0"))
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		Expect(w.addon.Status.FailedVersions).To(BeEmpty())
	})

	It("follows the workloads of a deployed release down and up", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply()
		hub, proxy := w.hub("hub", 1), w.hub("proxy", 1)
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		w.pods(hub, 0)
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonPartiallyReady, "Deployment "+w.namespace+"/hub: 0 of 1 replicas ready")
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionFalse, fleetv1.ReasonNotStalled)
		w.pods(proxy, 0)
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonDegraded, "Deployment "+w.namespace+"/hub: 0 of 1 replicas ready")
		before := w.writes.Count()
		w.reconcile()
		Expect(w.writes.Log()[before:]).To(BeEmpty())
		w.pods(hub, 1)
		w.pods(proxy, 1)
		w.reconcile()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		Expect(w.addon.Status.ObservedGeneration).To(Equal(w.addon.Generation))
	})

	It("needs the outputs that are not optional, and fails without them in the end", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		Expect(w.client.Delete(ctx, w.proxy())).To(Succeed())
		w.template.Spec.Versions[0].Outputs = append(w.template.Spec.Versions[0].Outputs, fleetv1.AddonOutput{
			Name: "address", Optional: true, Ingress: &fleetv1.ObjectOutput{Name: "none"},
		})
		Expect(w.client.Update(ctx, w.template)).To(Succeed())
		w.apply().deployed()
		missing := "output web_ui: Service " + w.namespace + "/notebooks-proxy does not exist"
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonPartiallyReady, missing)
		Expect(w.addon.Status.ObservedGeneration).To(BeEquivalentTo(-1))
		w.clock.SetTime(w.clock.Now().Add(5 * time.Minute))
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstallFailed, missing)
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionTrue, fleetv1.ReasonInstallFailed)
		before := w.writes.Count()
		w.reconcile()
		Expect(w.writes.Log()[before:]).To(BeEmpty())
		expect.Applied(ctx, w.client, w.proxy())
		w.reconcile()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		Expect(w.addon.Status.Outputs).To(HaveKey("web_ui"))
		Expect(w.addon.Status.Outputs).NotTo(HaveKey("address"))
	})

	It("asks Flux for another attempt after a pause, in one piece wherever the process is killed", func(ctx SpecContext) {
		for n := 1; n <= 4; n++ {
			for _, after := range []bool{false, true} {
				w := newWorld(ctx).ready().apply()
				first := release.ParseRequest(w.release().Annotations[fluxmeta.ReconcileRequestAnnotation])
				w.flux(failed...)
				w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstallFailed)
				w.clock.SetTime(w.clock.Now().Add(time.Minute))
				w.writes.FailAt(n, after)
				_, err := w.reconciler.Reconcile(ctx, request(w.addon))
				Expect(err == nil).To(Equal(n == 4), "write %d", n)
				w.writes.Revive()
				w.reconcile()
				hr := w.release()
				Expect(hr.Annotations[fluxmeta.ReconcileRequestAnnotation]).To(HavePrefix(first.Checksum + ".1."))
				Expect(hr.Annotations["reconcile.fluxcd.io/resetAt"]).To(Equal(hr.Annotations[fluxmeta.ReconcileRequestAnnotation]))
				w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstallFailed, HavePrefix("trying again"))
				expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionTrue, fleetv1.ReasonInstallFailed)
				before := w.writes.Count()
				w.reconcile()
				Expect(w.writes.Log()[before:]).To(BeEmpty())
				w.deployed()
				w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
				before = w.writes.Count()
				w.reconcile()
				Expect(w.writes.Log()[before:]).To(BeEmpty(), "the request stands")
			}
		}
	})

	It("hides secrets in what Flux and the cluster say", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		w.addon.Spec.Params = fixture.JSON(`{"cpu_limit": 2, "password": "hunter22"}`)
		w.addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: "mine"}}
		expect.Applied(ctx, w.client, &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "mine"}, Data: map[string][]byte{"values.yaml": []byte("auth:\n  token: t0ken-of-mine\n")},
		})
		w.apply()
		said := `cannot set hunter22, aHVudGVyMjI= or t0ken-of-mine: env[0].value: Invalid value: "other": no`
		w.flux(metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: "InstallFailed", Message: said},
			metav1.Condition{Type: "Stalled", Status: metav1.ConditionTrue, Reason: "RetriesExceeded"})
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstallFailed, "cannot set (hidden), (hidden) or (hidden): env[0].value: Invalid value: (hidden): no")
		Expect(w.recorder.Take()).NotTo(ContainElement(Or(ContainSubstring("hunter22"), ContainSubstring("t0ken"), ContainSubstring("other"))))
	})

	It("counts what Flux does not get to work within the deadline as a failure", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply()
		w.flux(metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: "InstallFailed", Message: `executing "x": nil pointer`})
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonRetrying, ContainSubstring("nil pointer"))
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionFalse, fleetv1.ReasonNotStalled)
		w.clock.SetTime(w.clock.Now().Add(5 * time.Minute))
		w.reconcile()
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionTrue, fleetv1.ReasonInstallFailed)
	})
})
