package kwokadapter_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/controlplane"
	"github.com/slipway-dev/slipway/internal/kwokadapter"
)

// TestALifetime takes one Cluster from its provisioning to its end, against real control planes.
func TestALifetime(t *testing.T) {
	b := newBench(t)

	early := b.until("the pool waits for its cluster", b.ofPool(), func(r adapter.Report) bool { return !available(r) })
	if early.NodePool != nil {
		t.Errorf("a pool without a control plane reports nodes: %+v", early.NodePool)
	}
	report := b.until("the cluster is available", b.ofCluster(), available)
	facts := report.Cluster
	if facts.KubernetesVersion == "" || facts.APIEndpoint == "" || facts.KubeconfigSecretName != "sample-kubeconfig" ||
		len(facts.KubeconfigChecksum) != 32 || facts.CertificateExpiry.Before(&metav1.Time{Time: clock.RealClock{}.Now().AddDate(4, 0, 0)}) {
		t.Errorf("facts = %+v", facts)
	}
	again := b.until("the cluster is available", b.ofCluster(), available)
	if *again.Cluster.CertificateExpiry != *facts.CertificateExpiry || again.Cluster.KubeconfigChecksum != facts.KubeconfigChecksum {
		t.Errorf("facts changed without reason: %+v, %+v", facts, again.Cluster)
	}

	t.Log("nodes are made")
	pool := b.until("the pool is available", b.ofPool(), available)
	if pool.NodePool.Replicas != 2 || pool.NodePool.ReadyReplicas != 2 || pool.NodePool.KubernetesVersion != facts.KubernetesVersion {
		t.Errorf("facts = %+v", pool.NodePool)
	}
	for name, n := range b.nodes() {
		if n.Labels[corev1.LabelInstanceTypeStable] != "m2.c4m8" || n.Labels[corev1.LabelTopologyZone] != "zone-a" || n.Labels[fleetv1.LabelNodePool] != "workers" {
			t.Errorf("labels of %s = %v", name, n.Labels)
		}
	}

	t.Log("scaling up, then down by name")
	b.pool.Spec.Replicas = ptr.To[int32](3)
	pool = b.until("there are three nodes", b.ofPool(), available)
	victim := pool.NodePool.Nodes[1]
	b.pool.Spec.Replicas, b.pool.Spec.NodesToRemove = ptr.To[int32](2), []string{victim.ID}
	pool = b.until("there are two nodes", b.ofPool(), available)
	if _, found := b.nodes()[victim.Name]; found || pool.NodePool.Replicas != 2 {
		t.Errorf("the node that was named is still there, or another one went too: %+v", pool.NodePool)
	}

	t.Log("stopping and starting")
	sleeper := pool.NodePool.Nodes[0]
	b.pool.Spec.StoppedNodes = []string{sleeper.ID}
	pool = b.until("the node is off", b.ofPool(), available)
	if s := states(pool); s[fleetv1.NodeStopped] != 1 || s[fleetv1.NodeReady] != 1 || pool.NodePool.ReadyReplicas != 1 {
		t.Errorf("states = %v", s)
	}
	n := b.nodes()[sleeper.Name]
	if !n.Spec.Unschedulable || len(n.Spec.Taints) == 0 {
		t.Errorf("the stopped node takes work: %+v", n.Spec)
	}
	b.restartAdapter()
	b.pool.Spec.StoppedNodes = nil
	pool = b.until("the node is on", b.ofPool(), available)
	if s := states(pool); s[fleetv1.NodeReady] != 2 {
		t.Errorf("states = %v", s)
	}
	if n := b.nodes()[sleeper.Name]; n.Spec.Unschedulable {
		t.Error("the started node takes no work")
	}

	t.Log("changing the version replaces the nodes")
	before := b.nodes()
	b.cluster.Spec.KubernetesVersion = "v1.99.0"
	if got := b.until("the cluster is available", b.ofCluster(), available).Cluster.KubernetesVersion; got != "v1.99.0" {
		t.Errorf("the cluster's version is %s", got)
	}
	pool = b.until("the nodes are replaced", b.ofPool(), available)
	if pool.NodePool.KubernetesVersion != "v1.99.0" || pool.NodePool.Replicas != 2 {
		t.Errorf("facts = %+v", pool.NodePool)
	}
	for name := range b.nodes() {
		if _, old := before[name]; old {
			t.Errorf("node %s was not replaced", name)
		}
	}

	b.renewsCertificates()
	b.survivesAnEndedProcess()
	b.runsFlux()
	b.goes()
}

func (b *bench) renewsCertificates() {
	b.Helper()
	b.Log("certificates are renewed when asked for, once")
	before := b.until("the cluster is available", b.ofCluster(), available).Cluster
	b.cluster.Spec.Certificates = &fleetv1.Certificates{ValidityYears: 1, RenewAfter: ptr.To(metav1.NewTime(clock.RealClock{}.Now().Truncate(time.Second)))}
	after := b.until("the certificates are renewed", b.ofCluster(), available).Cluster
	if after.KubeconfigChecksum == before.KubeconfigChecksum || !after.CertificateExpiry.Before(before.CertificateExpiry) {
		b.Errorf("certificates expire at %s, before at %s; the kubeconfig is %s, before %s",
			after.CertificateExpiry, before.CertificateExpiry, after.KubeconfigChecksum, before.KubeconfigChecksum)
	}
	if again := b.until("the cluster is available", b.ofCluster(), available).Cluster; again.KubeconfigChecksum != after.KubeconfigChecksum {
		b.Error("certificates are renewed again")
	}
	if left := len(b.nodes()); left != 2 {
		b.Errorf("with the new kubeconfig %d nodes are seen, want 2", left)
	}
}

// TestWithoutAControlPlane is about what needs none.
func TestWithoutAControlPlane(t *testing.T) {
	b := newBench(t)

	t.Log("a failure is provoked, and a deletion goes through regardless")
	b.cluster.Annotations = map[string]string{kwokadapter.AnnotationFail: "no quota"}
	report, err := b.adapter.Reconcile(b.ctx, b.ofCluster())
	if err != nil || report.Stalled != "no quota" || available(report) {
		t.Errorf("report = %+v, %v", report, err)
	}
	now := metav1.Now()
	b.cluster.DeletionTimestamp = &now
	if report, err = b.adapter.Reconcile(b.ctx, b.ofCluster()); err != nil || !report.Finalized {
		t.Errorf("report = %+v, %v", report, err)
	}
	t.Log("unless it is the deletion that shall fail")
	b.cluster.Annotations[kwokadapter.AnnotationFailDeletion] = "a volume is in use"
	if report, err = b.adapter.Reconcile(b.ctx, b.ofCluster()); err != nil || report.Finalized || report.Stalled != "a volume is in use" {
		t.Errorf("report = %+v, %v", report, err)
	}
	b.cluster.DeletionTimestamp, b.cluster.Annotations = nil, nil

	t.Log("a Secret of somebody else is not touched")
	theirs := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "sample-kubeconfig"}}
	b.create(theirs)
	_, err = b.adapter.Reconcile(b.ctx, b.ofCluster())
	if !adapter.IsTerminal(err) || err.Error() != "the Secret sample-kubeconfig exists and does not belong to this Cluster; delete or rename it" {
		t.Errorf("the error is %v", err)
	}
	b.cluster.DeletionTimestamp = &now
	b.until("the cluster is gone", b.ofCluster(), finalized)
	if err := b.hub.Get(b.ctx, client.ObjectKeyFromObject(theirs), theirs); err != nil {
		t.Errorf("the Secret is gone: %v", err)
	}

	t.Log("the state of Clusters that are gone is removed, other folders are not")
	ours := b.dir()
	for _, dir := range []string{ours, filepath.Join(b.stateDir, "default_sample_another-uid"), filepath.Join(b.stateDir, "keep")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.adapter.Sweep(b.ctx, b.hub); err != nil {
		t.Fatal(err)
	}
	var left []string
	entries, err := os.ReadDir(b.stateDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	if diff := cmp.Diff([]string{filepath.Base(ours), "keep", "stages.yaml"}, left); diff != "" {
		t.Errorf("what is left (-want +got):\n%s", diff)
	}
}

func (b *bench) survivesAnEndedProcess() {
	b.Helper()
	b.Log("a process that ended is started again, and said so meanwhile")
	b.kill(controlplane.APIServer)
	report, err := b.adapter.Reconcile(b.ctx, b.ofCluster())
	if err != nil || available(report) || !strings.Contains(report.Available.Message, "kube-apiserver") {
		b.Errorf("after its end the report is %+v, %v", report, err)
	}
	b.until("the cluster is available", b.ofCluster(), available)
	b.until("the pool is available", b.ofPool(), available)
}

func (b *bench) runsFlux() {
	b.Helper()
	b.Log("Flux runs where the tenant's own Flux delivers add-ons, also after it was killed, and stays when the delivery changes")
	if id := b.processID(controlplane.HelmController); id != 0 {
		b.Errorf("Flux runs before anybody asked for it, as process %d", id)
	}
	platform := &fleetv1.Platform{Spec: fleetv1.PlatformSpec{AddonDelivery: fleetv1.DeliveryTenant}}
	delivering := adapter.Target{Kind: fleetv1.KindCluster, Cluster: b.cluster, Platform: platform}
	b.until("Flux runs", delivering, hasFlux)
	if err := b.tenant().List(b.ctx, &helmv2.HelmReleaseList{}); err != nil {
		b.Errorf("the tenant does not serve HelmReleases: %v", err)
	}
	for _, component := range []controlplane.Component{controlplane.SourceController, controlplane.HelmController} {
		before := b.kill(component)
		b.until("Flux runs again", delivering, func(r adapter.Report) bool { return hasFlux(r) && available(r) })
		if id := b.processID(component); id == 0 || id == before {
			b.Errorf("%s was not started again: process %d, before %d", component, id, before)
		}
	}
	b.cluster.Spec.AddonDelivery = fleetv1.DeliveryHub
	b.restartAdapter()
	b.until("Flux is left alone", delivering, hasFlux)
}

func hasFlux(r adapter.Report) bool {
	return len(r.Further) == 1 && r.Further[0].Type == "Flux" && r.Further[0].Status == metav1.ConditionTrue
}

// kill kills a component and returns its process id.
func (b *bench) kill(component controlplane.Component) int {
	b.Helper()
	id := b.processID(component)
	process, err := os.FindProcess(id)
	if err != nil {
		b.Fatal(err)
	}
	if err := process.Kill(); err != nil {
		b.Fatal(err)
	}
	err = wait.PollUntilContextTimeout(b.ctx, 10*time.Millisecond, patience, true, func(context.Context) (bool, error) {
		return b.processID(component) == 0, nil
	})
	if err != nil {
		b.Fatalf("waiting until %s has ended: %v", component, err)
	}
	return id
}

// processID returns the id of a component's process, or 0 if it does not run.
func (b *bench) processID(component controlplane.Component) int {
	b.Helper()
	statuses, err := controlplane.Inspect(b.dir())
	if err != nil {
		b.Fatal(err)
	}
	for _, status := range statuses {
		if status.Component == component {
			return status.PID
		}
	}
	return 0
}

func (b *bench) dir() string {
	return filepath.Join(b.stateDir, "default_sample_"+string(b.cluster.UID))
}

func (b *bench) goes() {
	b.Helper()
	b.Log("the pool goes, then the cluster")
	now := metav1.Now()
	b.pool.DeletionTimestamp = &now
	b.until("the nodes are gone", b.ofPool(), finalized)
	if left := b.nodes(); len(left) > 0 {
		b.Errorf("nodes are left: %v", left)
	}
	b.cluster.DeletionTimestamp = &now
	for range 2 { // the second time nothing is there any more
		b.until("the control plane is gone", b.ofCluster(), finalized)
	}
	if _, err := os.Stat(b.dir()); !os.IsNotExist(err) {
		b.Errorf("the folder is left: %v", err)
	}
	for _, name := range []string{"sample-kubeconfig", "sample-ca"} {
		err := b.hub.Get(b.ctx, client.ObjectKey{Namespace: "default", Name: name}, &corev1.Secret{})
		if !apierrors.IsNotFound(err) {
			b.Errorf("Secret %s is left: %v", name, err)
		}
	}
	b.until("a late pool finds nothing to do", b.ofPool(), finalized)
}
