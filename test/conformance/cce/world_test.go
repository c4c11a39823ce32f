package cce

import (
	"context"
	"errors"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/tenant"
	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// Clusters of the tenant that the cases share.
const (
	// realCluster runs.
	realCluster = "prod"
	// waitingCluster is never ready: nobody reports for it. What is installed on it stays installing.
	waitingCluster = "waiting"
	// otherCluster is like it.
	otherCluster = "other"
	kubernetes   = "v1.36.2"
)

// slowness is how long a real cluster may take to come and to go, in units of a step's patience.
const slowness = 3

// makeCatalogue makes an entry beside npd that has what npd has not: secrets, gates, a chart that does not exist. It is named like the
// tenant's namespace.
func makeCatalogue(ctx context.Context, t *testing.T, w *suite.World, home *tenant.Tenant) {
	t.Helper()
	npd := &fleetv1.AddonTemplate{}
	if err := w.Kube.Get(ctx, client.ObjectKey{Name: "npd"}, npd); err != nil {
		t.Fatalf("the catalogue must hold npd: %v", err)
	}
	schema := &runtime.RawExtension{Raw: []byte(`{"type":"object","properties":{"replicas":{"type":"integer","minimum":1},
		"debug":{"type":"boolean"},"password":{"type":"string","writeOnly":true}}}`)}
	chart := npd.Version("1.13.5").Chart
	if chart.Version == "" {
		chart.Version = "1.13.5"
	}
	constant := &runtime.RawExtension{Raw: []byte(`1`)}
	mapping := []fleetv1.ParamMapping{{Value: "/replicas", Constant: constant}}
	template := &fleetv1.AddonTemplate{
		ObjectMeta: metav1.ObjectMeta{Name: home.Namespace, Labels: map[string]string{fleetv1.LabelRequired: "true"}},
		Spec: fleetv1.AddonTemplateSpec{
			DisplayName: "The one of " + home.Namespace, Description: "For the cases.", Labels: []string{"Testing"}, LogoURL: "https://logo.example/x.png",
			ReadmeURL: "https://readme.example/x", Source: npd.Spec.Source, TargetNamespace: "conformance",
			Timeout: &metav1.Duration{Duration: 10 * time.Second}, // what fails is to fail soon
			Versions: []fleetv1.AddonVersion{
				{Version: "3.0.0", Chart: chart, ParamsSchema: schema, ParamMapping: mapping, KubernetesVersions: ">=9.0.0", Stable: true},
				{Version: "2.0.0", Chart: fleetv1.Chart{Name: "there-is-no-such-chart"}, ParamsSchema: schema, ParamMapping: mapping, ClusterVersions: []string{`v1\.[0-9]+\..*`}},
				{Version: "1.1.0", Chart: chart, ParamsSchema: schema, ParamMapping: mapping, Stable: true, Defaults: &runtime.RawExtension{Raw: []byte(`{"debug":false,"password":"s3cret-default"}`)}},
				{Version: "1.0.0", Chart: chart, ParamsSchema: schema, ParamMapping: mapping, Stable: true, Translate: &runtime.RawExtension{Raw: []byte(`{"en_US":{"addon":{"description":"d"}}}`)}},
			},
		},
	}
	if err := w.Kube.Create(ctx, template); err != nil {
		t.Fatalf("making a catalogue entry: %v", err)
	}
	t.Cleanup(func() {
		if err := client.IgnoreNotFound(w.Kube.Delete(context.Background(), template)); err != nil {
			t.Errorf("removing the catalogue entry: %v", err)
		}
	})
}

// makeKeys makes access keys: one of an administrator of the tenant, AK<namespace>, and one of somebody without rights, NO<namespace>.
func makeKeys(ctx context.Context, t *testing.T, w *suite.World, home *tenant.Tenant) {
	t.Helper()
	for name, groups := range map[string]string{"AK": home.Admins(), "NO": ""} {
		secret := &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: home.Namespace, GenerateName: "key-"},
			Type:       fleetv1.SecretTypeAccessKey,
			Data: map[string][]byte{
				fleetv1.AccessKeyID: []byte(name + home.Namespace), fleetv1.AccessKeySecret: []byte(vectorSecret),
				fleetv1.AccessKeyUser: []byte("conformance-sdk"), fleetv1.AccessKeyGroups: []byte(groups),
			},
		}
		if err := w.Kube.Create(ctx, secret); err != nil {
			t.Fatalf("making an access key: %v", err)
		}
	}
}

// makeClusters makes the clusters, waits until the real one is there, and removes it before its tenant is removed.
func makeClusters(ctx context.Context, t *testing.T, w *suite.World, home *tenant.Tenant) {
	t.Helper()
	replicas := int32(2)
	cluster := newCluster(home, realCluster, *flagPlatform)
	objects := []client.Object{cluster, newCluster(home, waitingCluster, home.Platform), newCluster(home, otherCluster, home.Platform),
		&fleetv1.NodePool{
			ObjectMeta: metav1.ObjectMeta{Namespace: home.Namespace, Name: realCluster + "-workers"},
			Spec:       fleetv1.NodePoolSpec{ClusterName: realCluster, PoolName: "workers", Replicas: &replicas},
		}}
	for _, object := range objects {
		if err := w.Kube.Create(ctx, object); err != nil {
			t.Fatalf("making %s: %v", object.GetName(), err)
		}
	}
	t.Cleanup(func() { removeCluster(t, w, cluster) })
	await(ctx, t, "the cluster to be ready", func(ctx context.Context) (bool, error) {
		err := w.Kube.Get(ctx, client.ObjectKeyFromObject(cluster), cluster)
		return apimeta.IsStatusConditionTrue(cluster.Status.Conditions, fleetv1.ConditionProvisioned), err
	})
}

func newCluster(home *tenant.Tenant, name, platform string) *fleetv1.Cluster {
	return &fleetv1.Cluster{
		ObjectMeta: metav1.ObjectMeta{Namespace: home.Namespace, Name: name},
		Spec:       fleetv1.ClusterSpec{PlatformName: platform, KubernetesVersion: kubernetes},
	}
}

// removeCluster removes a cluster and all that is on it.
func removeCluster(t *testing.T, w *suite.World, cluster *fleetv1.Cluster) {
	t.Helper()
	ctx := context.Background()
	if err := client.IgnoreNotFound(w.Kube.Delete(ctx, cluster)); err != nil {
		t.Errorf("deleting the cluster: %v", err)
		return
	}
	await(ctx, t, "the cluster to go", func(ctx context.Context) (bool, error) {
		err := w.Kube.Get(ctx, client.ObjectKeyFromObject(cluster), cluster)
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	})
}

func await(ctx context.Context, t *testing.T, what string, condition wait.ConditionWithContextFunc) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(ctx, slowness*suite.Patience, errors.New("it took too long"))
	defer cancel()
	if err := wait.PollUntilContextCancel(ctx, suite.Patience/120, true, condition); err != nil {
		t.Errorf("waiting for %s: %v", what, errors.Join(err, context.Cause(ctx)))
	}
}
