package kwokadapter_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/kwokadapter"
)

// TestChangesOfAWholeCluster takes a Cluster with two pools through what a platform changes on it, against a real control plane.
func TestChangesOfAWholeCluster(t *testing.T) {
	b := newBench(t)
	b.cluster.Spec.Network = &fleetv1.ClusterNetwork{CNI: "flannel", PodCIDR: "10.100.0.0/16", ServiceCIDR: "10.254.0.0/16"}
	b.others = []*fleetv1.NodePool{{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "sample-batch"},
		Spec:       fleetv1.NodePoolSpec{ClusterName: "sample", PoolName: "batch", Replicas: ptr.To[int32](1)},
	}}
	b.until("the cluster is available", b.ofCluster(), available)
	for _, pool := range []*fleetv1.NodePool{b.pool, b.others[0]} {
		b.until("the pool is available", b.of(pool), available)
	}

	b.changesTheNetwork()
	b.tellsTheTenant()
	b.upgradesTheControlPlaneFirst()
	b.endsTrustInOldCertificates()
}

func (b *bench) changesTheNetwork() {
	b.Helper()
	b.Log("another network goes through all nodes, within the rollout of the cluster")
	before := b.nodes()
	for name, n := range before {
		if n.Labels["kwok.slipway.dev/cni"] != "flannel" || n.Annotations["kwok.slipway.dev/network"] != "flannel 10.100.0.0/16 24" {
			b.Errorf("%s is on network %v, %v", name, n.Labels, n.Annotations)
		}
	}
	b.cluster.Spec.Network.CNI, b.cluster.Spec.Network.PodCIDR = "calico", "10.101.0.0/16"
	b.cluster.Spec.Rollout = &fleetv1.Rollout{MaxSurge: ptr.To[int32](0), MaxUnavailable: ptr.To[int32](1)}
	// The pools' own bounds would let all nodes go at once.
	b.pool.Spec.Rollout = &fleetv1.Rollout{MaxSurge: ptr.To[int32](0), MaxUnavailable: ptr.To[int32](5)}
	fewest, ended := len(before), false
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for !ended {
		report, err := b.adapter.Reconcile(ctx, b.ofCluster())
		if err != nil {
			b.Fatalf("the last report is %+v, the error %v", report, err)
		}
		nodes := b.nodes()
		ended = available(report)
		for _, n := range nodes {
			if ended && n.Labels["kwok.slipway.dev/cni"] != "calico" {
				b.Fatalf("the cluster is available while a node is on %v", n.Labels)
			}
		}
		fewest = min(fewest, working(nodes))
		for _, pool := range []*fleetv1.NodePool{b.pool, b.others[0]} {
			if _, err := b.adapter.Reconcile(ctx, b.of(pool)); err != nil {
				b.Fatal(err)
			}
		}
	}
	if fewest < len(before)-1 {
		b.Errorf("at a time only %d of %d nodes worked, though one may be missing", fewest, len(before))
	}
	for name := range b.nodes() {
		if _, old := before[name]; old {
			b.Errorf("node %s was not replaced", name)
		}
	}
}

// working counts the nodes that are ready.
func working(nodes map[string]corev1.Node) int {
	count := 0
	for _, n := range nodes {
		for _, condition := range n.Status.Conditions {
			if condition.Type == corev1.NodeReady && condition.Status == corev1.ConditionTrue && n.DeletionTimestamp.IsZero() {
				count++
			}
		}
	}
	return count
}

func (b *bench) tellsTheTenant() {
	b.Helper()
	b.Log("access control, gateways and the autoscaler are put into the tenant, and taken away again")
	b.until("the pool is available", b.of(b.pool), available)
	before := b.nodes()
	b.cluster.Spec.APIEndpoint = &fleetv1.APIEndpoint{Public: true, AccessControl: &fleetv1.AccessControl{
		Policy: "Allow", Targets: []fleetv1.AccessTarget{{CIDR: "192.0.2.0/24", Description: "office"}},
	}}
	b.cluster.Spec.ServiceGateways = &fleetv1.ServiceGateways{Registry: "gateway-1", ObjectStorage: "gateway-2"}
	b.pool.Spec.Autoscaling = &fleetv1.Autoscaling{Enabled: true, MaxReplicas: ptr.To[int32](3)}
	b.until("the cluster is available", b.ofCluster(), available)
	b.until("the pool is available", b.ofPool(), available)
	b.expectConfig("kwok-platform", map[string]string{
		"network": "calico 10.101.0.0/16 24", "strictSecurityRules": "false", "apiEndpoint.public": "true",
		"apiEndpoint.accessControl":     `{"policy":"Allow","targets":[{"cidr":"192.0.2.0/24","description":"office"}]}`,
		"serviceGateways.registry":      "gateway-1",
		"serviceGateways.objectStorage": "gateway-2",
	})
	b.expectConfig("kwok-autoscaler", map[string]string{"workers": `{"enabled":true,"maxReplicas":3}`})
	for name, n := range b.nodes() {
		if _, same := before[name]; !same || n.Annotations["gateway.kwok.slipway.dev/registry"] != "gateway-1" || n.Annotations["gateway.kwok.slipway.dev/objectStorage"] != "gateway-2" {
			b.Errorf("node %s was replaced, or uses %v", name, n.Annotations)
		}
	}

	b.cluster.Spec.APIEndpoint, b.cluster.Spec.ServiceGateways = nil, &fleetv1.ServiceGateways{ObjectStorage: "gateway-3"}
	b.pool.Spec.Autoscaling.Enabled = false
	b.until("the cluster is available", b.ofCluster(), available)
	b.until("the pool is available", b.ofPool(), available)
	b.expectConfig("kwok-platform", map[string]string{
		"network": "calico 10.101.0.0/16 24", "strictSecurityRules": "false", "serviceGateways.objectStorage": "gateway-3",
	})
	b.expectConfig("kwok-autoscaler", nil)
	for name, n := range b.nodes() {
		if _, found := n.Annotations["gateway.kwok.slipway.dev/registry"]; found || n.Annotations["gateway.kwok.slipway.dev/objectStorage"] != "gateway-3" {
			b.Errorf("node %s uses %v", name, n.Annotations)
		}
	}
}

func (b *bench) expectConfig(name string, want map[string]string) {
	b.Helper()
	config := &corev1.ConfigMap{}
	if err := b.tenant().Get(b.ctx, client.ObjectKey{Namespace: "kube-system", Name: name}, config); err != nil {
		b.Fatal(err)
	}
	if diff := cmp.Diff(want, config.Data); diff != "" {
		b.Errorf("ConfigMap %s (-want +got):\n%s", name, diff)
	}
}

func (b *bench) upgradesTheControlPlaneFirst() {
	b.Helper()
	b.Log("nodes wait for the control plane, also while its upgrade fails")
	before := b.nodes()
	b.pool.Spec.KubernetesVersion, b.cluster.Spec.KubernetesVersion = "v1.99.0", "v1.99.0"
	b.cluster.Annotations = map[string]string{kwokadapter.AnnotationFail: "no quota"}
	if report, err := b.adapter.Reconcile(b.ctx, b.ofCluster()); err != nil || report.Stalled != "no quota" {
		b.Errorf("report = %+v, %v", report, err)
	}
	report, err := b.adapter.Reconcile(b.ctx, b.ofPool())
	if err != nil || available(report) || report.Available.Reason != "NodesWaiting" {
		b.Errorf("report = %+v, %v", report, err)
	}
	if diff := cmp.Diff(names(before), names(b.nodes())); diff != "" {
		b.Errorf("nodes changed (-before +after):\n%s", diff)
	}
	b.cluster.Annotations = nil
	if got := b.until("the cluster is available", b.ofCluster(), available).Cluster.KubernetesVersion; got != "v1.99.0" {
		b.Errorf("the control plane runs %s", got)
	}
	b.restartAdapter()
	if got := b.until("the nodes follow", b.ofPool(), available).NodePool.KubernetesVersion; got != "v1.99.0" {
		b.Errorf("the nodes run %s", got)
	}
}

func names(nodes map[string]corev1.Node) map[string]bool {
	set := map[string]bool{}
	for name := range nodes {
		set[name] = true
	}
	return set
}

func (b *bench) endsTrustInOldCertificates() {
	b.Helper()
	b.Log("a certificate signed with the cluster's authority works, until certificates are renewed")
	now := clock.RealClock{}.Now()
	signed, old := b.signedConfig(), b.tenant()
	for name, c := range map[string]client.Client{"a signed certificate": b.client(signed), "the kubeconfig": old} {
		if err := c.List(b.ctx, &corev1.NodeList{}); err != nil {
			b.Errorf("with %s: %v", name, err)
		}
	}
	b.cluster.Spec.Certificates = &fleetv1.Certificates{ValidityYears: 2, RenewAfter: ptr.To(metav1.NewTime(now.Add(3 * time.Second)))}
	report, err := b.adapter.Reconcile(b.ctx, b.ofCluster())
	if err != nil || available(report) || report.Available.Reason != "RenewalAwaited" || report.RequeueAfter > 3*time.Second {
		b.Errorf("a moment before the renewal the report is %+v, %v", report, err)
	}
	expiry := b.until("the certificates are renewed", b.ofCluster(), available).Cluster.CertificateExpiry.Time
	if expiry.Before(now.AddDate(2, 0, -2)) || expiry.After(now.AddDate(2, 0, 2)) {
		b.Errorf("certificates for two years expire at %s", expiry)
	}
	b.refused("the old kubeconfig", old)
	renewed := b.signedConfig()
	if err := b.client(renewed).List(b.ctx, &corev1.NodeList{}); err != nil {
		b.Errorf("with a certificate signed by the new authority: %v", err)
	}
	signed.CAData = renewed.CAData
	if err := b.client(signed).List(b.ctx, &corev1.NodeList{}); !apierrors.IsUnauthorized(err) {
		b.Errorf("with a certificate signed by the old authority: %v", err)
	}
}

// refused fails unless a client is turned away. Connections from before may take a moment to end.
func (b *bench) refused(name string, c client.Client) {
	b.Helper()
	err := wait.PollUntilContextTimeout(b.ctx, 100*time.Millisecond, patience, true, func(ctx context.Context) (bool, error) {
		return c.List(ctx, &corev1.NodeList{}) != nil, nil
	})
	if err != nil {
		b.Errorf("%s still works", name)
	}
}

// signedConfig returns a way to the tenant with a certificate that is signed as the hub signs requests: with the Secret beside the
// kubeconfig.
func (b *bench) signedConfig() *rest.Config {
	b.Helper()
	secret := b.secret(fleetv1.CASecretName("sample"))
	authority, err := tls.X509KeyPair(secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey])
	if err != nil {
		b.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "somebody", Organization: []string{"system:masters"}},
		NotBefore: clock.RealClock{}.Now().Add(-time.Minute), NotAfter: clock.RealClock{}.Now().AddDate(1, 0, 0),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, authority.Leaf, key.Public(), authority.PrivateKey.(crypto.Signer))
	if err != nil {
		b.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		b.Fatal(err)
	}
	return &rest.Config{Host: b.kubeconfig().Endpoint(), TLSClientConfig: rest.TLSClientConfig{
		CAData:   secret.Data[corev1.TLSCertKey],
		CertData: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		KeyData:  pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}),
	}}
}

func (b *bench) client(config *rest.Config) client.Client {
	b.Helper()
	c, err := client.New(config, client.Options{Scheme: b.env.Scheme})
	if err != nil {
		b.Fatal(err)
	}
	return c
}
