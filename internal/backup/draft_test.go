package backup

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"
)

// before is what the drafts of these tests are made beside: a Cluster at its third generation and an AddonTemplate at its first.
const before = `
- apiVersion: fleet.slipway.dev/v1alpha1
  kind: Cluster
  metadata: {namespace: team-a, name: sample, uid: old-cluster, generation: 3}
- apiVersion: fleet.slipway.dev/v1alpha1
  kind: AddonTemplate
  metadata: {name: jupyterhub, uid: old-template, generation: 1}
- apiVersion: fleet.slipway.dev/v1alpha1
  kind: Operation
  metadata: {namespace: team-a, name: op-1, uid: old-op-1}
  spec: {type: CLUSTER_CREATE, generation: 1, target: {uid: old-cluster}}
  status: {state: Succeeded}
- apiVersion: fleet.slipway.dev/v1alpha1
  kind: Operation
  metadata: {namespace: team-a, name: op-7, uid: old-op-7}
  spec: {type: CLUSTER_UPDATE, generation: 3, target: {uid: old-cluster}}
  status: {state: Succeeded}
`

var born = map[types.UID]types.UID{"old-cluster": "new-cluster", "old-template": "new-template"}

func planned(t *testing.T, more ...*unstructured.Unstructured) *plan {
	t.Helper()
	var objects []map[string]any
	if err := yaml.Unmarshal([]byte(before), &objects); err != nil {
		t.Fatal(err)
	}
	archive := &Archive{}
	for _, content := range objects {
		raw, err := yaml.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		archive.Objects = append(archive.Objects, object(t, string(raw)))
	}
	archive.Objects = append(archive.Objects, more...)
	return newPlan(archive)
}

// content is what a test says of a draft.
type content struct {
	create, second, status, wake map[string]any
	remove                       bool
	notes                        []string
}

func TestDraft(t *testing.T) {
	for name, tc := range map[string]struct{ object, create, second, status, wake, note string }{
		"a Cluster that was changed gets a second generation, and what was handled is handled again": {
			object: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Cluster, metadata: {namespace: n, name: c, uid: u, resourceVersion: "5", generation: 9,
              creationTimestamp: "2026-01-02T03:04:05Z", labels: {fleet.slipway.dev/id: one}, finalizers: [fleet.slipway.dev/cluster],
              annotations: {kept: "yes", fleet.slipway.dev/nks-task: gone}}, spec: {suspend: true, operation: {id: x, type: T, generation: 4}},
              status: {observedGeneration: 9, conditions: [{type: Ready, observedGeneration: 9}, {type: Provisioned, observedGeneration: 4}]}}`,
			create: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Cluster, metadata: {namespace: n, name: c, labels: {fleet.slipway.dev/id: one},
              finalizers: [fleet.slipway.dev/cluster], annotations: {kept: "yes", fleet.slipway.dev/restoring: "true",
              fleet.slipway.dev/created-time: "2026-01-02T03:04:05Z"}},
              spec: {suspend: true, operation: {id: 00000000-0000-0000-0000-000000000000, type: RESTORE, generation: 1}}}`,
			second: `{spec: {operation: null}}`,
			status: `{observedGeneration: 2, conditions: [{type: Ready, observedGeneration: 2}, {type: Provisioned, observedGeneration: 1}]}`,
		},
		"what REST clients were promised for the present generation is promised for the restored one": {
			object: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: NodePool, metadata: {namespace: n, name: c, uid: u, generation: 9,
              creationTimestamp: "2026-01-02T03:04:05Z"}, spec: {operation: {id: x, type: T, generation: 9}}, status: {observedGeneration: 8}}`,
			create: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: NodePool, metadata: {namespace: n, name: c, labels: {fleet.slipway.dev/id: u},
              annotations: {fleet.slipway.dev/restoring: "true", fleet.slipway.dev/created-time: "2026-01-02T03:04:05Z"}},
              spec: {operation: {id: 00000000-0000-0000-0000-000000000000, type: RESTORE, generation: 1}}}`,
			second: `{spec: {operation: {id: x, type: T, generation: 2}}}`,
			status: `{observedGeneration: 1}`,
		},
		"an Addon that was never changed has one generation, and nobody has looked at it if nobody had": {
			object: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Addon, metadata: {namespace: n, name: a, uid: u, generation: 1,
              creationTimestamp: "2026-01-02T03:04:05Z", ownerReferences: [{apiVersion: fleet.slipway.dev/v1alpha1, kind: Cluster, name: sample, uid: old-cluster}]},
              spec: {templateName: jupyterhub}, status: {observedGeneration: -1}}`,
			create: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Addon, metadata: {namespace: n, name: a, labels: {fleet.slipway.dev/id: u},
              annotations: {fleet.slipway.dev/restoring: "true", fleet.slipway.dev/created-time: "2026-01-02T03:04:05Z"},
              ownerReferences: [{apiVersion: fleet.slipway.dev/v1alpha1, kind: Cluster, name: sample, uid: new-cluster}]}, spec: {templateName: jupyterhub}}`,
			status: `{observedGeneration: -1}`,
		},
		"the history of an Addon moves with it": {
			object: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Addon, metadata: {namespace: n, name: a, uid: u, generation: 4,
              creationTimestamp: "2026-01-02T03:04:05Z"}, spec: {templateName: jupyterhub},
              status: {observedGeneration: 3, templateGeneration: 1, history: [{version: b, generation: 4}, {version: a, generation: 2}]}}`,
			create: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Addon, metadata: {namespace: n, name: a, labels: {fleet.slipway.dev/id: u},
              annotations: {fleet.slipway.dev/restoring: "true", fleet.slipway.dev/created-time: "2026-01-02T03:04:05Z"}},
              spec: {templateName: jupyterhub, operation: {id: 00000000-0000-0000-0000-000000000000, type: RESTORE, generation: 1}}}`,
			second: `{spec: {operation: null}}`,
			status: `{observedGeneration: 1, templateGeneration: 1, history: [{version: b, generation: 2}, {version: a, generation: 1}]}`,
		},
		"a report is about the restored target, at the generation that it saw": {
			object: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: AdapterStatus, metadata: {namespace: n, name: r, uid: u, annotations: {fleet.slipway.dev/settling: now},
              ownerReferences: [{apiVersion: fleet.slipway.dev/v1alpha1, kind: Cluster, name: sample, uid: old-cluster}]},
              spec: {adapter: x, targetRef: {kind: Cluster, name: sample, uid: old-cluster}}, report: {observedGeneration: 2}}`,
			create: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: AdapterStatus, metadata: {namespace: n, name: r, annotations: {fleet.slipway.dev/restoring: "true"},
              ownerReferences: [{apiVersion: fleet.slipway.dev/v1alpha1, kind: Cluster, name: sample, uid: new-cluster}]},
              spec: {adapter: x, targetRef: {kind: Cluster, name: sample, uid: new-cluster}}, report: {observedGeneration: 1}}`,
		},
		"the newest record is about the restored target": {
			object: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Operation, metadata: {namespace: n, name: op-7, uid: u},
              spec: {type: CLUSTER_UPDATE, generation: 3, target: {uid: old-cluster}}, status: {observedGeneration: 1, state: Succeeded}}`,
			create: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Operation, metadata: {namespace: n, name: op-7, labels: {fleet.slipway.dev/id: u},
              annotations: {fleet.slipway.dev/restoring: "true"}}, spec: {type: CLUSTER_UPDATE, generation: 2, target: {uid: new-cluster}}}`,
			status: `{observedGeneration: 1, state: Succeeded}`,
		},
		"an older record stays as it is": {
			object: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Operation, metadata: {namespace: n, name: op-1, uid: u},
              spec: {type: CLUSTER_CREATE, generation: 1, target: {uid: old-cluster}}, status: {state: Succeeded}}`,
			create: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Operation, metadata: {namespace: n, name: op-1, labels: {fleet.slipway.dev/id: u},
              annotations: {fleet.slipway.dev/restoring: "true"}}, spec: {type: CLUSTER_CREATE, generation: 1, target: {uid: old-cluster}}}`,
			status: `{state: Succeeded}`,
		},
		"an older record that has not ended goes on": {
			object: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Operation, metadata: {namespace: n, name: op-1, uid: u},
              spec: {type: CLUSTER_CREATE, generation: 1, target: {uid: old-cluster}}, status: {state: InProgress}}`,
			create: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Operation, metadata: {namespace: n, name: op-1, labels: {fleet.slipway.dev/id: u},
              annotations: {fleet.slipway.dev/restoring: "true"}}, spec: {type: CLUSTER_CREATE, generation: 1, target: {uid: new-cluster}}}`,
			status: `{state: InProgress}`,
		},
		"a record about what is gone stays as it is": {
			object: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Operation, metadata: {namespace: n, name: op-1, uid: u},
              spec: {type: CLUSTER_CREATE, generation: 1, target: {uid: gone}}}`,
			create: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Operation, metadata: {namespace: n, name: op-1, labels: {fleet.slipway.dev/id: u},
              annotations: {fleet.slipway.dev/restoring: "true"}}, spec: {type: CLUSTER_CREATE, generation: 1, target: {uid: gone}}}`,
		},
		"Flux does not act on a HelmRelease before its state is there": {
			object: `{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {namespace: n, name: r, uid: u, generation: 5}, spec: {suspend: false, interval: 5m},
              status: {observedGeneration: 5, lastAttemptedGeneration: 4}}`,
			create: `{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {namespace: n, name: r, annotations: {fleet.slipway.dev/restoring: "true"}},
              spec: {suspend: true, interval: 5m}}`,
			status: `{observedGeneration: 2, lastAttemptedGeneration: 1}`,
			wake:   `{spec: {suspend: false}}`,
		},
		"a HelmRelease that was suspended stays so": {
			object: `{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {namespace: n, name: r, uid: u, generation: 5}, spec: {suspend: true}, status: {observedGeneration: 4}}`,
			create: `{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {namespace: n, name: r, annotations: {fleet.slipway.dev/restoring: "true"}}, spec: {suspend: true}}`,
			status: `{observedGeneration: 0}`,
		},
		"a source fetches anew": {
			object: `{apiVersion: source.toolkit.fluxcd.io/v1, kind: OCIRepository, metadata: {namespace: n, name: r, uid: u}, spec: {url: oci://x}, status: {artifact: {}}}`,
			create: `{apiVersion: source.toolkit.fluxcd.io/v1, kind: OCIRepository, metadata: {namespace: n, name: r, annotations: {fleet.slipway.dev/restoring: "true"}}, spec: {url: oci://x}}`,
		},
		"an owner from elsewhere is left out, and that is said": {
			object: `{apiVersion: v1, kind: Secret, metadata: {namespace: n, name: s, uid: u, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: d, uid: d}]}, data: {a: Yg==}}`,
			create: `{apiVersion: v1, kind: Secret, metadata: {namespace: n, name: s, annotations: {fleet.slipway.dev/restoring: "true"}}, data: {a: Yg==}}`,
			note:   "its owner, Deployment d, is no part of the backup, and was left out",
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := planned(t).draft(object(t, tc.object), born)
			if err != nil {
				t.Fatal(err)
			}
			want := content{create: object(t, tc.create).Object, second: fields(t, tc.second), status: fields(t, tc.status), wake: fields(t, tc.wake)}
			if tc.note != "" {
				want.notes = []string{tc.note}
			}
			got := content{d.create.Object, d.second, d.status, d.wake, d.remove, d.notes}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(content{})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// fields reads a map as the decoder of objects would.
func fields(t *testing.T, text string) map[string]any {
	t.Helper()
	if text == "" {
		return nil
	}
	return object(t, "{apiVersion: v1, kind: X, fields: "+text+"}").Object["fields"].(map[string]any)
}

func TestDraftKeepsManagersAndDeletions(t *testing.T) {
	d, err := planned(t).draft(object(t, `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Cluster, metadata: {namespace: n, name: c, uid: u, generation: 2,
      deletionTimestamp: "2026-01-02T03:04:05Z", deletionGracePeriodSeconds: 0, managedFields: [{manager: kustomize-controller, operation: Apply}]}, spec: {}}`), born)
	if err != nil {
		t.Fatal(err)
	}
	if !d.remove || d.create.GetDeletionTimestamp() != nil || d.create.GetManagedFields() != nil {
		t.Errorf("remove is %t, and created is %v", d.remove, d.create.Object)
	}
	if diff := cmp.Diff([]any{map[string]any{"manager": "kustomize-controller", "operation": "Apply"}}, d.managers); diff != "" {
		t.Error(diff)
	}
}

func TestDraftRefusesWhatHasLostItsOwner(t *testing.T) {
	for name, text := range map[string]string{
		"the owner could not be restored": `{apiVersion: v1, kind: Secret, metadata: {namespace: n, name: s, uid: u,
          ownerReferences: [{apiVersion: x/v1, kind: Operation, name: op-1, uid: old-op-1}]}}`,
		"the owner is of the fleet and not in the archive": `{apiVersion: v1, kind: Secret, metadata: {namespace: n, name: s, uid: u,
          ownerReferences: [{apiVersion: fleet.slipway.dev/v1alpha1, kind: Addon, name: a, uid: gone}]}}`,
		"the target of a report is not in the archive": `{apiVersion: fleet.slipway.dev/v1alpha1, kind: AdapterStatus, metadata: {namespace: n, name: r, uid: u},
          spec: {targetRef: {uid: gone}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := planned(t).draft(object(t, text), born)
			var orphan errOwner
			if !errors.As(err, &orphan) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestSpan(t *testing.T) {
	for name, tc := range map[string]struct {
		s           span
		given, want int64
	}{
		"nobody looked":                       {span{5, 2}, -1, -1},
		"none":                                {span{5, 2}, 0, 0},
		"the present one":                     {span{5, 2}, 5, 2},
		"an earlier one":                      {span{5, 2}, 4, 1},
		"the first one":                       {span{5, 2}, 1, 1},
		"one that is not reached":             {span{5, 2}, 7, 2},
		"an earlier one of which none counts": {span{5, 1}, 4, 0},
		"the only one":                        {span{1, 1}, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.s.of(tc.given); got != tc.want {
				t.Errorf("generation %d becomes %d, want %d", tc.given, got, tc.want)
			}
		})
	}
}
