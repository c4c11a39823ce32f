package backup_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/backup"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

const gitops = "kustomize-controller"

// moment is when something happened.
var moment = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// world is one management cluster of the two in these tests.
type world struct {
	client.WithWatch
	t *testing.T
}

func newWorld(t *testing.T) world {
	return world{testenv.ForTest(t, testenv.Options{FluxCRDs: true}).Client, t}
}

func (w world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w world) create(objects ...client.Object) {
	w.t.Helper()
	for _, object := range objects {
		w.must(w.Create(context.Background(), object, client.FieldOwner(gitops)))
	}
}

func (w world) get(object client.Object) {
	w.t.Helper()
	w.must(w.Get(context.Background(), client.ObjectKeyFromObject(object), object))
}

// fleet makes a fleet as a manager and adapters leave it: a Cluster at its second generation, a pool that is being deleted, an Addon.
func (w world) fleet() (*fleetv1.Cluster, *fleetv1.NodePool, *fleetv1.Addon) {
	w.t.Helper()
	ctx := context.Background()
	w.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "team-a"}}, fixture.Platform("infra"), fixture.AddonTemplate("jupyterhub"))
	cluster := fixture.Cluster("team-a", "sample", fixture.KeptBy[*fleetv1.Cluster](fleetv1.ClusterFinalizer))
	w.create(cluster)
	cluster.Labels = map[string]string{fleetv1.LabelID: string(cluster.UID)}
	cluster.Spec.Suspend = true
	w.must(w.Update(ctx, cluster, client.FieldOwner(gitops)))
	cluster.Status.ObservedGeneration = cluster.Generation
	cluster.Status.KubeconfigSecretName = "sample-access"
	cluster.Status.Conditions = []metav1.Condition{
		condition(fleetv1.ConditionReady, cluster.Generation), condition(fleetv1.ConditionProvisioned, 1),
	}
	w.must(w.Status().Update(ctx, cluster))
	owner := []metav1.OwnerReference{{APIVersion: fleetv1.SchemeGroupVersion.String(), Kind: fleetv1.KindCluster, Name: cluster.Name, UID: cluster.UID}}

	pool := fixture.NodePool("team-a", "sample-worker", "sample", fixture.KeptBy[*fleetv1.NodePool](fleetv1.NodePoolFinalizer))
	pool.OwnerReferences = owner
	report := fixture.AdapterStatus(cluster, "infra", fixture.At(2), fixture.OfUID(cluster.UID))
	report.OwnerReferences = owner
	record := &fleetv1.Operation{
		ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "op-5"},
		Spec: fleetv1.OperationSpec{
			Type: fleetv1.OperationClusterUpdate, Generation: 2, Sequence: 5, StartTime: metav1.NewTime(moment),
			Target:  fleetv1.OperationTarget{Kind: fleetv1.KindCluster, ID: string(cluster.UID), Name: "sample", UID: cluster.UID},
			Cluster: fleetv1.OperationCluster{ID: string(cluster.UID), Name: "sample"},
		},
	}
	addon := fixture.Addon("team-a", "jupyterhub", "sample", "jupyterhub")
	addon.OwnerReferences = owner
	access := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "sample-access"}, Data: map[string][]byte{"value": []byte("hush")}}
	other := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "other"}}
	w.create(pool, report, record, addon, access, other)
	record.Status.State = fleetv1.OperationSucceeded
	w.must(w.Status().Update(ctx, record))
	release := &helmv2.HelmRelease{
		ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "jupyterhub", Labels: map[string]string{fleetv1.LabelAddon: "jupyterhub"}},
		Spec:       helmv2.HelmReleaseSpec{ChartRef: &helmv2.CrossNamespaceSourceReference{Kind: "OCIRepository", Name: "jupyterhub"}},
	}
	release.OwnerReferences = []metav1.OwnerReference{{APIVersion: fleetv1.SchemeGroupVersion.String(), Kind: fleetv1.KindAddon, Name: addon.Name, UID: addon.UID}}
	w.create(release)
	release.Status.History = helmv2.Snapshots{{Name: "jupyterhub", Version: 3, Namespace: "x", Status: "deployed", ChartName: "c", ChartVersion: "1",
		Digest: "sha256:0", ConfigDigest: "sha256:1", FirstDeployed: cluster.CreationTimestamp, LastDeployed: cluster.CreationTimestamp}}
	w.must(w.Status().Update(ctx, release))
	w.must(w.Delete(ctx, pool))
	return cluster, pool, addon
}

func condition(kind string, generation int64) metav1.Condition {
	return metav1.Condition{
		Type: kind, Status: metav1.ConditionTrue, Reason: "X", ObservedGeneration: generation,
		LastTransitionTime: metav1.NewTime(moment),
	}
}

// take takes a backup through a file.
func (w world) take(contents backup.Contents) *backup.Archive {
	w.t.Helper()
	archive, err := backup.Take(context.Background(), w, contents, moment)
	w.must(err)
	var file bytes.Buffer
	w.must(archive.Write(&file))
	archive, err = backup.Read(&file)
	w.must(err)
	return archive
}

func names(archive *backup.Archive) []string {
	var list []string
	for _, object := range archive.Objects {
		list = append(list, object.GetKind()+" "+object.GetName())
	}
	return list
}

func TestRestoreIntoAnotherCluster(t *testing.T) {
	ctx := context.Background()
	old, fresh := newWorld(t), newWorld(t)
	cluster, pool, addon := old.fleet()
	archive := old.take(backup.Contents{Secrets: true})
	if diff := cmp.Diff([]string{
		"Namespace team-a", "Platform infra", "AddonTemplate jupyterhub", "Cluster sample", "NodePool sample-worker",
		"AdapterStatus sample.cluster.infra", "Addon jupyterhub", "Secret sample-access", "Operation op-5", "HelmRelease jupyterhub",
	}, names(archive)); diff != "" {
		t.Fatalf("the archive holds (-want +got)\n%s", diff)
	}

	t.Log("after a failure half-way it goes on where it stopped")
	broken := interceptor.NewClient(fresh.WithWatch, interceptor.Funcs{
		SubResourcePatch: func(ctx context.Context, c client.Client, sub string, o client.Object, p client.Patch, options ...client.SubResourcePatchOption) error {
			if o.GetName() == "sample" {
				return apierrors.NewServiceUnavailable("the API server is being restarted")
			}
			return c.SubResource(sub).Patch(ctx, o, p, options...)
		},
	})
	result, err := backup.Restore(ctx, broken, archive)
	if err == nil || !strings.Contains(err.Error(), "restoring Cluster team-a/sample: writing its status") || len(result.Notes) != 5 {
		t.Fatalf("the error is %v, the notes are %q", err, result.Notes)
	}
	result, err = backup.Restore(ctx, fresh, archive)
	fresh.must(err)
	if len(result.Notes) > 0 || !slices.Contains(result.Existing, "Secret team-a/sample-access") {
		t.Errorf("the result is %+v", result)
	}

	t.Log("the Cluster is as handled as it was, under its id, and its fields belong to whom they belonged")
	restored := fixture.Cluster("team-a", "sample")
	fresh.get(restored)
	if restored.UID == cluster.UID || restored.Labels[fleetv1.LabelID] != string(cluster.UID) || restored.Generation != 2 ||
		restored.Annotations[fleetv1.AnnotationRestoring] != "" || !fleetv1.CreatedTime(restored).Time.Equal(cluster.CreationTimestamp.Time) {
		t.Errorf("its metadata are %+v", restored.ObjectMeta)
	}
	if diff := cmp.Diff(cluster.Status, restored.Status); diff != "" {
		t.Errorf("its status (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(cluster.Spec, restored.Spec); diff != "" {
		t.Errorf("its spec (-want +got)\n%s", diff)
	}
	old.get(cluster)
	if diff := cmp.Diff(cluster.ManagedFields, restored.ManagedFields); diff != "" {
		t.Errorf("its managers (-want +got)\n%s", diff)
	}

	t.Log("what is owned has its owner, and what was going goes again")
	gone := fixture.NodePool("team-a", pool.Name, "sample")
	fresh.get(gone)
	if gone.DeletionTimestamp.IsZero() || gone.OwnerReferences[0].UID != restored.UID {
		t.Errorf("the pool's metadata are %+v", gone.ObjectMeta)
	}
	report := fixture.AdapterStatus(cluster, "infra")
	fresh.get(report)
	if report.Spec.TargetRef.UID != restored.UID || report.OwnerReferences[0].UID != restored.UID || report.Report.ObservedGeneration != 2 {
		t.Errorf("the report is %+v", report)
	}
	record := &fleetv1.Operation{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "op-5"}}
	fresh.get(record)
	if record.Spec.Target.UID != restored.UID || record.Spec.Target.ID != string(cluster.UID) || record.Status.State != fleetv1.OperationSucceeded {
		t.Errorf("the record is %+v", record)
	}
	wished := fixture.Addon("team-a", addon.Name, "sample", "jupyterhub")
	fresh.get(wished)
	release := &helmv2.HelmRelease{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "jupyterhub"}}
	fresh.get(release)
	if release.Spec.Suspend || release.OwnerReferences[0].UID != wished.UID || len(release.Status.History) != 1 {
		t.Errorf("the HelmRelease is %+v", release)
	}

	t.Log("what is there is left as it is")
	result, err = backup.Restore(ctx, fresh, archive)
	fresh.must(err)
	if len(result.Restored) > 0 || len(result.Existing) != len(archive.Objects) {
		t.Errorf("the result is %+v", result)
	}
}

func TestRestoreDoesNotTakeOver(t *testing.T) {
	old, fresh := newWorld(t), newWorld(t)
	old.fleet()
	archive := old.take(backup.Contents{})
	if slices.Contains(names(archive), "Secret sample-access") {
		t.Error("the archive holds Secrets")
	}
	fresh.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "team-a"}}, fixture.Cluster("team-a", "sample"))
	result, err := backup.Restore(context.Background(), fresh, archive)
	if err == nil || !strings.Contains(err.Error(), "there is another one of the name") {
		t.Errorf("the error is %v", err)
	}
	// Its NodePool, report, record and Addon, and the Addon's HelmRelease.
	if len(result.Notes) != 5 || !strings.Contains(result.Notes[0], "its owner, Cluster sample, was not restored") {
		t.Errorf("the notes are %q", result.Notes)
	}
}

func TestRestoreRefusesWhatIsNoPartOfAFleet(t *testing.T) {
	stranger := &unstructured.Unstructured{}
	stranger.SetAPIVersion("rbac.authorization.k8s.io/v1")
	stranger.SetKind("ClusterRoleBinding")
	stranger.SetName("everything")
	_, err := backup.Restore(context.Background(), nil, &backup.Archive{Objects: []*unstructured.Unstructured{stranger}})
	if err == nil || !strings.Contains(err.Error(), "ClusterRoleBinding everything, which is no part of a fleet") {
		t.Errorf("the error is %v", err)
	}
}
