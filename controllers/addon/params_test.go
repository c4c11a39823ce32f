package addon_test

import (
	"encoding/json"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// secretParams makes a Secret as the hub does for writeOnly params, and returns the reference to it.
func (w *world) secretParams(random, document string) fleetv1.ValuesReference {
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: params.SecretName("notebooks", random), Labels: map[string]string{
			fleetv1.LabelParams: "true", fleetv1.LabelAddon: "notebooks",
		}, OwnerReferences: []metav1.OwnerReference{{
			APIVersion: fleetv1.SchemeGroupVersion.String(), Kind: fleetv1.KindCluster, Name: w.cluster.Name, UID: w.cluster.UID,
		}}},
		Type: corev1.SecretTypeOpaque, Data: map[string][]byte{params.SecretKey: []byte(document)},
	}
	expect.Applied(w.ctx, w.client, secret)
	return fleetv1.ValuesReference{Kind: "Secret", Name: secret.Name, Key: params.SecretKey, Holds: fleetv1.ContentParams}
}

func (w *world) secret(name string) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name}}
}

var _ = Describe("params from references", func() {
	It("lays them over the params, owns the Secret, and shows nothing of it", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		ref := w.secretParams("bcdfghjklm", `{"password": "hunter22", "cpu_limit": 3}`)
		w.addon.Spec.ValuesFrom = []fleetv1.ValuesReference{ref}
		w.apply()
		Expect(w.values()).To(MatchJSON(`{"session":{"cpu":3,"memory":"1Gi"},"auth":{"password":"hunter22"}}`))
		Expect(w.release().Spec.ValuesFrom).To(HaveLen(1), "Flux gets the mapped values only")
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		secret := w.secret(ref.Name)
		expect.Refreshed(ctx, w.client, secret)
		Expect(secret.OwnerReferences).To(HaveLen(1), "with the Cluster beside it the Secret would outlive the Addon")
		Expect(secret.OwnerReferences[0].UID).To(Equal(w.addon.UID))
		Expect(w.addon.Status.History[0].ValuesFrom).To(HaveLen(1))
		text, err := json.Marshal(w.addon.Status)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(text)).NotTo(ContainSubstring("hunter22"))
		Expect(fmt.Sprint(w.recorder.Take())).NotTo(ContainSubstring("hunter22"))
		before := w.writes.Count()
		w.reconcile()
		Expect(w.writes.Log()[before:]).To(BeEmpty())
	})

	It("deletes a Secret that neither the spec nor the history names, and no other, wherever the process is killed", func(ctx SpecContext) {
		for n := 1; n <= 4; n++ {
			for _, after := range []bool{false, true} {
				w := newWorld(ctx).ready()
				first, second, third := w.secretParams("bcdfghjklm", `{"password": "first"}`),
					w.secretParams("nbcdfghjkl", `{"password": "second"}`), w.secretParams("mnbcdfghjk", `{"password": "third"}`)
				w.addon.Spec.ValuesFrom = []fleetv1.ValuesReference{first}
				w.apply().deployed()
				w.change(func(s *fleetv1.AddonSpec) { s.ValuesFrom = []fleetv1.ValuesReference{second} })
				Expect(w.addon.Status.ParamsSecrets).To(ConsistOf(first.Name, second.Name))
				expect.Refreshed(ctx, w.client, w.addon)
				w.addon.Spec.ValuesFrom = []fleetv1.ValuesReference{third}
				Expect(w.client.Update(ctx, w.addon)).To(Succeed())
				w.writes.FailAt(n, after)
				// However far it comes, the next pass ends the same.
				_, _ = w.reconciler.Reconcile(ctx, request(w.addon))
				w.writes.Revive()
				w.reconcile()
				expect.Gone(ctx, w.client, w.secret(second.Name))
				expect.Refreshed(ctx, w.client, w.secret(first.Name))
				expect.Refreshed(ctx, w.client, w.secret(third.Name))
				Expect(w.addon.Status.ParamsSecrets).To(ConsistOf(first.Name, third.Name))
			}
		}
	})

	It("waits for what does not exist, and looks again within a minute", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		w.addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "ConfigMap", Name: "mine", Holds: fleetv1.ContentParams}}
		w.apply()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonValuesNotFound, "waiting for ConfigMap mine, which spec.valuesFrom[0] names")
		config := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "mine"}}
		expect.Applied(ctx, w.client, config)
		result := expect.Reconciled(ctx, w.client, w.reconciler, w.addon)
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonValuesNotFound, "waiting for the key values.yaml of ConfigMap mine, which spec.valuesFrom[0] names")
		Expect(result.RequeueAfter.Minutes()).To(And(BeNumerically(">", 0), BeNumerically("<=", 1)))
		config.Data = map[string]string{"values.yaml": "cpu_limit: 5"}
		Expect(w.client.Update(ctx, config)).To(Succeed())
		w.reconcile()
		Expect(w.values()).To(ContainSubstring(`"cpu": 5`))
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstalling)
	})

	It("tells Flux when values change that it reads itself", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		config := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "mine"}, Data: map[string]string{"values.yaml": "a: 1"}}
		expect.Applied(ctx, w.client, config)
		w.addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "ConfigMap", Name: "mine"}}
		w.apply().deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		before := w.writes.Count()
		w.reconcile()
		Expect(w.writes.Log()[before:]).To(BeEmpty())
		config.Data["values.yaml"] = "a: 2"
		Expect(w.client.Update(ctx, config)).To(Succeed())
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUpgrading)
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
	})

	It("refuses Secrets that are no settings", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		for name, secret := range map[string]*corev1.Secret{
			"a service account's token": {Type: "kubernetes.io/dockercfg", Data: map[string][]byte{".dockercfg": []byte("{}")}},
			"another cluster's":         {ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{fleetv1.LabelCluster: "other"}}},
			"another add-on's":          {ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{fleetv1.LabelAddon: "other"}}},
		} {
			By(name)
			secret.GenerateName, secret.Namespace = "s-", w.namespace
			Expect(w.client.Create(ctx, secret)).To(Succeed())
			w.addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: secret.Name, Key: "key"}}
			w.apply()
			w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInvalidParams, ContainSubstring("spec.valuesFrom[0].name"))
		}
	})
})

var _ = Describe("the upgrade policy", func() {
	ready := func(ctx SpecContext, policy fleetv1.UpgradePolicy) *world {
		w := newWorld(ctx).ready()
		w.addon.Spec.UpgradePolicy = policy
		return w.apply().deployed()
	}
	failed := []metav1.Condition{
		{Type: "Ready", Status: metav1.ConditionFalse, Reason: "UpgradeFailed", Message: "no"},
		{Type: "Stalled", Status: metav1.ConditionTrue, Reason: "RetriesExceeded"},
	}

	It("takes the newest version of the present major, once it is ready", func(ctx SpecContext) {
		w := ready(ctx, fleetv1.UpgradeMinor)
		Expect(w.addon.Spec.Version).To(Equal("1.1.0"))
		Expect(w.addon.Status.CurrentVersion).To(Equal("1.0.0"))
		Expect(w.recorder.Take()).To(ContainElement("Normal Upgrading Changed spec.version from 1.0.0 to 1.1.0, as upgradePolicy Minor wants it"))
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUpgrading)
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		Expect(w.addon.Spec.Version).To(Equal("1.1.0"))
	})

	It("takes nothing by hand, no other minor with Patch, and nothing that does not take the params", func(ctx SpecContext) {
		Expect(ready(ctx, fleetv1.UpgradeManual).addon.Spec.Version).To(Equal("1.0.0"))
		Expect(ready(ctx, fleetv1.UpgradePatch).addon.Spec.Version).To(Equal("1.0.0"))
		w := newWorld(ctx).ready()
		w.template.Spec.Versions[1].ParamsSchema = fixture.JSON(`{"type": "object", "additionalProperties": false}`)
		w.template.Spec.Versions[1].Defaults, w.template.Spec.Versions[1].ParamMapping = nil, nil
		Expect(w.client.Update(ctx, w.template)).To(Succeed())
		w.addon.Spec.UpgradePolicy = fleetv1.UpgradeMinor
		w.apply().deployed()
		Expect(w.addon.Spec.Version).To(Equal("1.0.0"))
	})

	It("does not take a version again that failed, or that somebody went back from, until the template changes", func(ctx SpecContext) {
		w := ready(ctx, fleetv1.UpgradeMinor)
		w.reconcile()
		w.flux(failed...)
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUpgradeFailed)
		Expect(w.addon.Status.FailedVersions).To(ConsistOf("1.1.0"))
		w.change(func(s *fleetv1.AddonSpec) { s.Version = "1.0.0" })
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		Expect(w.addon.Spec.Version).To(Equal("1.0.0"))
		expect.Refreshed(ctx, w.client, w.template)
		w.template.Spec.Description = "mended"
		Expect(w.client.Update(ctx, w.template)).To(Succeed())
		w.reconcile()
		Expect(w.addon.Spec.Version).To(Equal("1.1.0"))
		w.reconcile()
		w.deployed()
		w.change(func(s *fleetv1.AddonSpec) { s.Version = "1.0.0" })
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		Expect(w.addon.Spec.Version).To(Equal("1.0.0"))
	})
})
