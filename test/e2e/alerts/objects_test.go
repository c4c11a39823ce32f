//go:build e2e

package alerts

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/controlplane"
)

// brokenObjects breaks what the management cluster holds, all at once.
func brokenObjects() {
	var undo []func(context.Context)
	// Half past a minute, so that what is a moment off shows the same minute.
	expiry := time.Now().Add(time.Hour).Truncate(time.Minute).Add(30 * time.Second)

	BeforeAll(func(ctx SpecContext) {
		eventuallyQuiet(ctx)
		apply(ctx, "fleet.yaml", nil)
		apply(ctx, "addons.yaml", map[string]string{"SLIPWAY_REGISTRY": variable("SLIPWAY_REGISTRY")})
		kubectl(ctx, "apply", "--namespace=alerts", "-k", root("config", "tenant"))
		kubectl(ctx, "wait", "--namespace=team-a", "--for=condition=Ready", "--timeout=2m", "addons.fleet.slipway.dev/alerts-left")
		undo = append(undo,
			vanish(ctx), report(ctx, expiry), leave(ctx), passOver(ctx), disturb(ctx), misdirect(ctx), expire(ctx, expiry))
	}, NodeTimeout(2*patience))

	for _, f := range []fault{
		// What happened once is forgotten after an hour, which is a minute here.
		{"SlipwayReleasesAbandoned", nil, "alerts-left"},
		{"SlipwayResourcePending", labels{"platform": "alerts-owing", "kind": "Cluster"}, "ghost"},
		{"SlipwayResourcePending", labels{"platform": "alerts-owing", "kind": "NodePool"}, "owing-workers"},
		{"SlipwayReportsMissing", labels{"platform": "alerts-owing", "adapter": "ghost", "kind": "Cluster"}, "alerts owing 1 Waiting for adapters to report status"},
		{"SlipwayResourceStalled", labels{"platform": "alerts-hasty", "kind": "Cluster"}, "DeadlineExceeded"},
		{"SlipwayDeletionStuck", labels{"platform": "alerts-owing", "kind": "Cluster"}, "leaving"},
		{"SlipwayAdapterSilent", labels{"platform": "alerts-silent", "adapter": "ghost"}, "2026-01-01T00:00:00.000000Z"},
		{"SlipwayTenantCertificateExpiring", labels{"platform": "alerts-silent"}, expiry.UTC().Format("2006-01-02T15:04:")},
		{"SlipwayPlatformUnusable", labels{"platform": "alerts-unusable"}, "spec.clusterParametersSchema"},
		{"SlipwayTemplateUnusable", labels{"template": "alerts-unusable"}, "spec.versions[0].kubernetesVersions"},
		{"SlipwayAddonPending", labels{"template": "alerts-nowhere"}, "127.0.0.1:1"},
		{"SlipwayAddonStalled", labels{"template": "alerts-picky", "reason": "InstallFailed"}, "node affinity/selector"},
		{"SlipwayTenantUnreachable", nil, "connection refused"},
		{"SlipwayRequestsForbidden", labels{"job": "slipway-manager"}, "kubectl create rolebinding slipway-manager-tenant --namespace=alerts-unbound"},
		{"SlipwayReconcileErrors", labels{"controller": "cluster"}, "status.broken.example.com"},
		{"SlipwayReportsSlow", labels{"kind": "Cluster"}, "status.slow.example.com"},
		{"SlipwayFacadeErrors", labels{"dialect": "hyperfleet"}, "creation.broken.example.com"},
		{"SlipwayFacadeSlow", labels{"dialect": "hyperfleet", "method": "PATCH"}, "change.slow.example.com"},
		{"SlipwayWebhookFailing", labels{"name": "addontemplate.fleet.slipway.dev"}, "certificate signed by unknown authority"},
		{"SlipwayAggregatedAPIUnavailable", nil, "certificate signed by unknown authority"},
		{"SlipwayCertificateExpiring", labels{"server": "apiserver"}, expiry.UTC().Format("Jan _2 15:04:")},
	} {
		It(fmt.Sprintf("%s %v fires, and its runbook leads to the cause", f.alert, f.labels), func(ctx SpecContext) {
			expectFault(ctx, f)
		}, NodeTimeout(2*patience))
	}

	It("nothing fires any more when the faults are gone", func(ctx SpecContext) {
		for i := len(undo) - 1; i >= 0; i-- {
			undo[i](ctx)
		}
		local(ctx, "up")
		eventuallyQuiet(ctx)
	}, NodeTimeout(2*patience))
}

type labels = map[string]string

// vanish takes the control plane of the cluster edge away, together with the adapter that would bring it back, and deletes one of
// its two add-ons. It undoes nothing: `make up` does. What the other files of testdata made is taken away last.
func vanish(ctx context.Context) (undo func(context.Context)) {
	GinkgoHelper()
	kubectl(ctx, "patch", "platform.fleet.slipway.dev", "kwok-own-flux", "--type=merge", "--patch", `{"spec":{"releaseAbandonTimeout":"1s"}}`)
	end(ctx, service("kwok-adapter"))
	dirs, err := filepath.Glob(filepath.Join(hub.stateDir, "tenants", "team-a_edge_*"))
	Expect(err).NotTo(HaveOccurred())
	Expect(dirs).To(HaveLen(1))
	Expect(controlplane.StopDir(ctx, dirs[0])).To(Succeed())
	kubectl(ctx, "delete", "--namespace=team-a", "addons.fleet.slipway.dev", "alerts-left", "--wait=false")
	return func(ctx context.Context) {
		for _, file := range []string{"addons.yaml", "fleet.yaml", "unusable.yaml"} {
			kubectl(ctx, "delete", "--ignore-not-found", "--wait=false", "-f", filepath.Join("testdata", file))
		}
		finalize(ctx)
	}
}

// report is the only report of the adapter ghost: long ago, about a cluster whose certificates expire soon.
func report(ctx context.Context, expiry time.Time) (undo func(context.Context)) {
	GinkgoHelper()
	says(ctx, "silent", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), metav1.ConditionTrue, &fleetv1.ClusterFacts{CertificateExpiry: ptr.To(metav1.NewTime(expiry))})
	return func(context.Context) {}
}

// says writes the report of the adapter ghost about a cluster of ours.
func says(ctx context.Context, cluster string, at time.Time, available metav1.ConditionStatus, facts *fleetv1.ClusterFacts) {
	GinkgoHelper()
	target := fleetv1.TargetRef{Kind: fleetv1.KindCluster, Name: cluster}
	status := &fleetv1.AdapterStatus{
		TypeMeta:   metav1.TypeMeta{APIVersion: fleetv1.SchemeGroupVersion.String(), Kind: "AdapterStatus"},
		ObjectMeta: metav1.ObjectMeta{Namespace: "alerts", Name: fleetv1.AdapterStatusName(target, "ghost")},
		Spec:       fleetv1.AdapterStatusSpec{TargetRef: target, Adapter: "ghost"},
		Report: &fleetv1.Report{
			ObservedGeneration: 1, ObservedTime: metav1.NewMicroTime(at), Cluster: facts,
			Conditions: []fleetv1.ReportCondition{
				{Type: fleetv1.ReportAvailable, Status: available},
				{Type: fleetv1.ReportApplied, Status: metav1.ConditionTrue},
				{Type: fleetv1.ReportHealth, Status: metav1.ConditionTrue},
			},
		},
	}
	text, err := json.Marshal(status)
	Expect(err).NotTo(HaveOccurred())
	// A report that comes to nothing because its time is up harms nobody: the alerts are what counts.
	err = hub.client.Patch(ctx, status, client.RawPatch(types.ApplyPatchType, text), client.FieldOwner("ghost"), client.ForceOwnership)
	Expect(err == nil || ctx.Err() != nil).To(BeTrue(), "reporting about %s: %v", cluster, err)
}

// poke merges something into an object of ours. Whether that is refused is the business of the alerts.
func poke(ctx context.Context, object client.Object, with string, options ...client.PatchOption) {
	_ = hub.client.Patch(ctx, object, client.RawPatch(types.MergePatchType, []byte(with)), options...)
}

// finalize is what the adapter ghost would report about what was deleted, were it there.
func finalize(ctx context.Context) {
	GinkgoHelper()
	for _, list := range []client.ObjectList{&fleetv1.NodePoolList{}, &fleetv1.ClusterList{}} {
		Eventually(func(g Gomega) {
			g.Expect(hub.client.List(ctx, list)).To(Succeed())
			for _, object := range deleted(list) {
				object.SetFinalizers(nil)
				g.Expect(client.IgnoreNotFound(hub.client.Update(ctx, object))).To(Succeed())
			}
			g.Expect(deleted(list)).To(BeEmpty())
		}).WithContext(ctx).Should(Succeed())
	}
}

// deleted are the objects of a list that wait for their end.
func deleted(list client.ObjectList) []client.Object {
	var found []client.Object
	switch list := list.(type) {
	case *fleetv1.ClusterList:
		for i := range list.Items {
			found = append(found, &list.Items[i])
		}
	case *fleetv1.NodePoolList:
		for i := range list.Items {
			found = append(found, &list.Items[i])
		}
	}
	waiting := found[:0]
	for _, object := range found {
		if !object.GetDeletionTimestamp().IsZero() {
			waiting = append(waiting, object)
		}
	}
	return waiting
}

// leave deletes a cluster whose adapter never says that it is gone.
func leave(ctx context.Context) (undo func(context.Context)) {
	GinkgoHelper()
	kubectl(ctx, "delete", "--namespace=alerts", "clusters.fleet.slipway.dev", "leaving", "--wait=false")
	return func(context.Context) {}
}

// passOver lets what is unusable pass, and then breaks the webhook of AddonTemplates.
func passOver(ctx context.Context) (undo func(context.Context)) {
	GinkgoHelper()
	const name = "addontemplate.fleet.slipway.dev"
	before := change(ctx, func(webhook *admissionv1.ValidatingWebhook) {
		if webhook.Name == name || webhook.Name == "platform.fleet.slipway.dev" {
			webhook.FailurePolicy = ptr.To(admissionv1.Ignore)
			webhook.ClientConfig.CABundle = []byte(authority("front-proxy-ca.crt"))
		}
	})
	apply(ctx, "unusable.yaml", nil)
	kubectl(ctx, "wait", "--for=condition=Ready=False", "--timeout=1m",
		"platforms.fleet.slipway.dev/alerts-unusable", "addontemplates.fleet.slipway.dev/alerts-unusable")
	change(ctx, func(webhook *admissionv1.ValidatingWebhook) {
		if webhook.Name == name {
			webhook.FailurePolicy = ptr.To(admissionv1.Fail)
		}
	})
	stop := again(func(ctx context.Context) {
		template := &fleetv1.AddonTemplate{ObjectMeta: metav1.ObjectMeta{Name: "npd"}}
		poke(ctx, template, `{"metadata":{"annotations":{"probe":"1"}}}`, client.DryRunAll)
	})
	return func(ctx context.Context) {
		stop()
		change(ctx, func(webhook *admissionv1.ValidatingWebhook) { *webhook = before[webhook.Name] })
	}
}

// change changes Slipway's webhooks and returns what they were.
func change(ctx context.Context, mutate func(*admissionv1.ValidatingWebhook)) map[string]admissionv1.ValidatingWebhook {
	GinkgoHelper()
	configuration := &admissionv1.ValidatingWebhookConfiguration{}
	Expect(hub.client.Get(ctx, client.ObjectKey{Name: "slipway"}, configuration)).To(Succeed())
	before := map[string]admissionv1.ValidatingWebhook{}
	for i := range configuration.Webhooks {
		before[configuration.Webhooks[i].Name] = *configuration.Webhooks[i].DeepCopy()
		mutate(&configuration.Webhooks[i])
	}
	Expect(hub.client.Update(ctx, configuration)).To(Succeed())
	return before
}

func authority(name string) string {
	GinkgoHelper()
	pem, err := os.ReadFile(filepath.Join(hub.stateDir, "hub", "pki", name))
	Expect(err).NotTo(HaveOccurred())
	return string(pem)
}

// disturb installs webhooks of somebody else that are broken, and does again and again what they stand before.
func disturb(ctx context.Context) (undo func(context.Context)) {
	GinkgoHelper()
	var viscous string
	Eventually(func(g Gomega) {
		var list struct {
			Items []struct{ ID, Name string }
		}
		g.Expect(json.Unmarshal([]byte(ask(ctx, "GET", "/clusters", "")), &list)).To(Succeed())
		for _, item := range list.Items {
			if item.Name == "viscous" {
				viscous = item.ID
			}
		}
		g.Expect(viscous).NotTo(BeEmpty())
	}).WithContext(ctx).Should(Succeed())
	apply(ctx, "webhooks.yaml", map[string]string{"SILENT": silence()})
	flip := 0
	stops := []func(){
		again(func(ctx context.Context) {
			ask(ctx, "POST", "/clusters/"+viscous+"/nodepools", `{"kind":"NodePool","name":"broken","spec":{}}`)
		}),
		again(func(ctx context.Context) {
			flip++
			ask(ctx, "PATCH", "/clusters/"+viscous, fmt.Sprintf(`{"labels":{"poked":"%d"}}`, flip))
		}),
		again(func(ctx context.Context) {
			failing := &fleetv1.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: "alerts", Name: "failing"}}
			poke(ctx, failing, fmt.Sprintf(`{"spec":{"parameters":{"changed":%d}}}`, time.Now().UnixNano()))
		}),
		again(func(ctx context.Context) {
			available := metav1.ConditionTrue
			if time.Now().Second()%2 == 0 {
				available = metav1.ConditionFalse
			}
			says(ctx, "slow", time.Now(), available, nil)
		}),
	}
	return func(ctx context.Context) {
		for _, stop := range stops {
			stop()
		}
		kubectl(ctx, "delete", "validatingwebhookconfigurations", "alerts-foreign")
	}
}

// misdirect has the kube-apiserver trust nobody who could answer as the facade. `make up` undoes it.
func misdirect(ctx context.Context) (undo func(context.Context)) {
	GinkgoHelper()
	kubectl(ctx, "patch", "apiservice", "v1alpha1.rest.slipway.dev", "--type=json", "--patch", patch("/spec/caBundle", wrongAuthority()))
	return func(context.Context) {}
}

// expire gives the facade a certificate that is good for another hour.
func expire(_ context.Context, expiry time.Time) (undo func(context.Context)) {
	GinkgoHelper()
	plane, err := controlplane.Open(controlplane.Options{Dir: filepath.Join(hub.stateDir, "hub"), BinDir: hub.binDir})
	Expect(err).NotTo(HaveOccurred())
	names := []string{"localhost", "127.0.0.1", "api.slipway-system.svc"}
	certificate, key, err := plane.ServingCertificate("slipway-apiserver", names, time.Until(expiry))
	Expect(err).NotTo(HaveOccurred())
	files := map[string][]byte{"tls.crt": certificate, "tls.key": key}
	before := map[string][]byte{}
	for name := range files {
		before[name], err = os.ReadFile(filepath.Join(hub.stateDir, "facade", name))
		Expect(err).NotTo(HaveOccurred())
	}
	replace(files)
	return func(context.Context) { replace(before) }
}

// replace puts files in the place of those of the facade.
func replace(files map[string][]byte) {
	GinkgoHelper()
	for name, text := range files {
		file := filepath.Join(hub.stateDir, "facade", name)
		Expect(os.WriteFile(file+".new", text, 0o600)).To(Succeed())
		Expect(os.Rename(file+".new", file)).To(Succeed())
	}
}
