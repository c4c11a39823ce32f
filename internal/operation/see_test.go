package operation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/operation"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var now = metav1.NewTime(fixture.Epoch)

func equal(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// moment is an object at a moment, and how it is seen.
type moment struct {
	change  func(operation.Object)
	sight   func(*operation.Sight)
	notes   bool // the informer showed the state before, too
	missing bool // nobody saw it
}

// life plays moments of an object one after the other, each from the state that the one before left.
type life struct {
	object  operation.Object
	cluster *fleetv1.Cluster
	records []*fleetv1.Operation
	at      time.Time
}

func (l *life) play(moments []moment) {
	for i, m := range moments {
		before := l.object.DeepCopyObject().(operation.Object)
		if m.change != nil {
			m.change(l.object)
		}
		l.at = l.at.Add(time.Minute)
		sight := operation.Sight{Object: l.object, Time: metav1.NewTime(l.at), Cluster: l.cluster, New: i == 0}
		if cluster, ok := l.object.(*fleetv1.Cluster); ok {
			sight.Cluster = cluster
		}
		if m.notes {
			sight.Before = before
		}
		if m.sight != nil {
			m.sight(&sight)
		}
		if m.missing {
			continue
		}
		l.records = operation.See(l.records, sight)
		for _, record := range l.records {
			record.Generation = 1
		}
	}
}

// told are the records in short.
func (l *life) told() []string {
	var lines []string
	for _, record := range l.records {
		reconciling := apimeta.FindStatusCondition(record.Status.Conditions, fleetv1.ConditionReconciling)
		line := fmt.Sprintf("%s@%d %s", record.Spec.Type, record.Spec.Generation, record.Status.State)
		if reconciling.Reason != string(record.Status.State) {
			line += "/" + reconciling.Reason
		}
		if record.Status.Message != "" {
			line += ": " + record.Status.Message
		}
		if operation.Ended(record) != (record.Status.EndTime != nil) {
			line += " (end time?)"
		}
		lines = append(lines, line)
	}
	return lines
}

// The ways of an object.

func set(o operation.Object, conditionType string, status metav1.ConditionStatus, message string) {
	apimeta.SetStatusCondition(o.GetConditions(), metav1.Condition{
		Type: conditionType, Status: status, Reason: "Because", Message: message, ObservedGeneration: o.GetGeneration(),
	})
}

func handle(o operation.Object, ready, stalled metav1.ConditionStatus, message string) {
	set(o, fleetv1.ConditionReady, ready, message)
	set(o, fleetv1.ConditionStalled, stalled, message)
	set(o, fleetv1.ConditionReconciling, "False", message)
	switch typed := o.(type) {
	case *fleetv1.Cluster:
		typed.Status.ObservedGeneration = o.GetGeneration()
	case *fleetv1.NodePool:
		typed.Status.ObservedGeneration = o.GetGeneration()
	case *fleetv1.Addon:
		typed.Status.ObservedGeneration = o.GetGeneration()
	}
}

func born(o operation.Object)  { o.SetGeneration(1) }
func ready(o operation.Object) { handle(o, "True", "False", "") }
func stuck(o operation.Object) { handle(o, "False", "True", "infra: no capacity") }
func ill(o operation.Object)   { handle(o, "False", "False", "") }

// working is what a controller says of a generation that it has begun with.
func working(o operation.Object) {
	set(o, fleetv1.ConditionReady, "False", "")
	set(o, fleetv1.ConditionStalled, "False", "")
	set(o, fleetv1.ConditionReconciling, "True", "")
}

func provisioned(o operation.Object) {
	ready(o)
	latch := fleetv1.ConditionProvisioned
	if _, ok := o.(*fleetv1.Addon); ok {
		latch = fleetv1.ConditionInstalled
	}
	set(o, latch, "True", "")
}

func versioned(version string) func(operation.Object) {
	return func(o operation.Object) {
		o.SetGeneration(o.GetGeneration() + 1)
		switch typed := o.(type) {
		case *fleetv1.Cluster:
			typed.Spec.KubernetesVersion = version
		case *fleetv1.NodePool:
			typed.Spec.KubernetesVersion = version
		case *fleetv1.Addon:
			typed.Spec.Version = version
		}
	}
}

func promised(task string) func(operation.Object) {
	return func(o operation.Object) {
		o.SetGeneration(o.GetGeneration() + 1)
		request := &fleetv1.OperationRequest{ID: "id-of-" + task, Type: task, Generation: o.GetGeneration()}
		switch typed := o.(type) {
		case *fleetv1.Cluster:
			typed.Spec.Operation = request
		case *fleetv1.NodePool:
			typed.Spec.Operation = request
		case *fleetv1.Addon:
			typed.Spec.Operation = request
		}
	}
}

func placed(o operation.Object) {
	o.SetGeneration(o.GetGeneration() + 1)
	o.(*fleetv1.Cluster).Spec.PlatformName = "metal"
}

func condemned(o operation.Object) {
	o.SetGeneration(o.GetGeneration() + 1)
	o.SetDeletionTimestamp(&now)
}

func gone(s *operation.Sight)     { s.Gone = true }
func wasThere(s *operation.Sight) { s.New = false }
func with(changes ...func(operation.Object)) func(operation.Object) {
	return func(o operation.Object) {
		for _, change := range changes {
			change(o)
		}
	}
}

func worker(change func(operation.Object)) func(*operation.Sight) {
	return func(s *operation.Sight) {
		s.Worker = fixture.NodePool("ns", "sample-default-worker", "sample", fixture.PoolName(fleetv1.DefaultWorkerPool))
		s.Worker.Generation = 1
		change(s.Worker)
	}
}

func TestSee(t *testing.T) {
	newborn := moment{change: born}
	sample := fixture.Cluster("ns", "sample")
	sample.UID = "cluster"
	deleting := sample.DeepCopy()
	deleting.DeletionTimestamp = &now
	later := sample.DeepCopy()
	later.DeletionTimestamp = &metav1.Time{Time: now.Add(time.Hour)}
	cluster := func() operation.Object { return sample.DeepCopy() }
	pool := func() operation.Object { return fixture.NodePool("ns", "workers", "sample") }
	first := func() operation.Object {
		return fixture.NodePool("ns", "first", "sample", fixture.PoolName(fleetv1.DefaultWorkerPool))
	}
	addon := func() operation.Object { return fixture.Addon("ns", "web", "sample", "web") }
	upgrade := moment{change: versioned("v1.33.1"), notes: true}

	for name, test := range map[string]struct {
		object  func() operation.Object
		cluster *fleetv1.Cluster
		moments []moment
		want    []string
	}{
		"a new cluster":                   {cluster, nil, []moment{newborn}, []string{"CLUSTER_CREATE@1 InProgress"}},
		"a new cluster that is ready":     {cluster, nil, []moment{newborn, {change: provisioned}}, []string{"CLUSTER_CREATE@1 Succeeded"}},
		"a new cluster, ready at once":    {cluster, nil, []moment{{change: with(born, provisioned)}}, []string{"CLUSTER_CREATE@1 Succeeded"}},
		"one that lost its health since":  {cluster, nil, []moment{newborn, {change: provisioned}, {change: ill}}, []string{"CLUSTER_CREATE@1 Succeeded"}},
		"a new cluster that cannot go on": {cluster, nil, []moment{newborn, {change: stuck}}, []string{"CLUSTER_CREATE@1 Failed: infra: no capacity"}},
		"a failure stays, whatever comes": {cluster, nil, []moment{newborn, {change: stuck}, {change: provisioned}}, []string{"CLUSTER_CREATE@1 Failed: infra: no capacity"}},
		"a cluster that waits for its first nodes": {cluster, nil, []moment{newborn, {change: ready, sight: worker(working)}},
			[]string{"CLUSTER_CREATE@1 InProgress"}},
		"a cluster whose first nodes cannot come": {cluster, nil, []moment{newborn, {change: ready, sight: worker(stuck)}},
			[]string{"CLUSTER_CREATE@1 Failed: infra: no capacity"}},
		"first nodes that fail before the cluster is looked at": {cluster, nil, []moment{newborn, {sight: worker(stuck)}},
			[]string{"CLUSTER_CREATE@1 Failed: infra: no capacity"}},
		"the Platform that is chosen is part of the creation": {cluster, nil, []moment{newborn, {change: placed, notes: true}, {change: provisioned}},
			[]string{"CLUSTER_CREATE@1 Succeeded"}},
		"an upgrade": {cluster, nil, []moment{newborn, {change: provisioned}, upgrade, {change: working}, {change: ready}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "NODEGROUP_UPGRADE@2 Succeeded"}},
		"an upgrade that fails": {cluster, nil, []moment{newborn, {change: provisioned}, upgrade, {change: working}, {change: stuck}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "NODEGROUP_UPGRADE@2 Failed: infra: no capacity"}},
		"a change that nobody noted is found by the record before": {cluster, nil, []moment{newborn, {change: provisioned}, {change: versioned("v1.33.1")}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "NODEGROUP_UPGRADE@2 InProgress"}},
		"a change that was handled while nobody looked": {cluster, nil, []moment{newborn, {change: provisioned}, {change: with(versioned("v1.33.1"), ready)}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "NODEGROUP_UPGRADE@2 Succeeded"}},
		"there and back, while nobody looked": {cluster, nil, []moment{newborn, {change: provisioned}, {change: with(versioned("v1.33.1"), versioned(""))}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "CLUSTER_UPDATE@3 InProgress"}},
		"what was changed before is not told again": {cluster, nil, []moment{newborn, {change: provisioned}, upgrade, {change: ready}, {change: placed, notes: true}, {change: ready}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "NODEGROUP_UPGRADE@2 Succeeded"}},
		"two changes in a row": {cluster, nil, []moment{newborn, {change: provisioned}, upgrade, {change: versioned("v1.34.0"), notes: true}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "NODEGROUP_UPGRADE@2 InProgress/Superseded: superseded by generation 3", "NODEGROUP_UPGRADE@3 InProgress"}},
		"three changes in a row": {cluster, nil, []moment{newborn, {change: provisioned}, upgrade, {change: versioned("v1.34.0"), notes: true}, {change: versioned("v1.34.1"), notes: true}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "NODEGROUP_UPGRADE@2 InProgress/Superseded: superseded by generation 3",
				"NODEGROUP_UPGRADE@3 InProgress/Superseded: superseded by generation 4", "NODEGROUP_UPGRADE@4 InProgress"}},
		"what was superseded ends with what came after": {cluster, nil, []moment{newborn, {change: provisioned}, upgrade, {change: versioned("v1.34.0"), notes: true}, {change: stuck}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "NODEGROUP_UPGRADE@2 Failed: infra: no capacity", "NODEGROUP_UPGRADE@3 Failed: infra: no capacity"}},
		"what was superseded and is reached says nothing": {cluster, nil, []moment{newborn, {change: provisioned}, upgrade, {change: versioned("v1.34.0"), notes: true}, {change: ready}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "NODEGROUP_UPGRADE@2 Succeeded", "NODEGROUP_UPGRADE@3 Succeeded"}},
		"a creation that is changed on its way": {cluster, nil, []moment{newborn, upgrade, {change: working}, {change: provisioned}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "NODEGROUP_UPGRADE@2 Succeeded"}},
		"a generation that was reached before the next was looked at": {cluster, nil, []moment{newborn, {change: provisioned}, upgrade, {change: with(ready, versioned("v1.34.0")), notes: true}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "NODEGROUP_UPGRADE@2 Succeeded", "NODEGROUP_UPGRADE@3 InProgress"}},
		"a stall that ended is no success": {cluster, nil, []moment{newborn, {change: provisioned}, upgrade, {change: with(stuck, working), notes: true}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "NODEGROUP_UPGRADE@2 InProgress"}},
		"one that was ready and ill before anybody looked": {cluster, nil, []moment{newborn, {change: provisioned}, upgrade, {change: with(ready, ill)}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "NODEGROUP_UPGRADE@2 Succeeded"}},
		"what a client was promised": {cluster, nil, []moment{newborn, {change: provisioned}, {change: promised("CLUSTER_ROTATE_CERTIFICATE"), notes: true}, {change: ready}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "CLUSTER_ROTATE_CERTIFICATE@2 Succeeded"}},
		"a promise is for one generation": {cluster, nil, []moment{newborn, {change: provisioned}, {change: promised("CLUSTER_ROTATE_CERTIFICATE"), notes: true}, {change: versioned("v1.33.1"), notes: true}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "CLUSTER_ROTATE_CERTIFICATE@2 InProgress/Superseded: superseded by generation 3", "NODEGROUP_UPGRADE@3 InProgress"}},
		"one that was there before there were records": {cluster, nil, []moment{{change: with(born, provisioned), sight: wasThere}}, nil},
		"one that was there, with a promise":           {cluster, nil, []moment{{change: with(born, promised("CLUSTER_UPDATE_SGW"), provisioned), sight: wasThere}}, nil},
		"one that was there, when it changes": {cluster, nil, []moment{{change: with(born, provisioned), sight: wasThere}, upgrade},
			[]string{"NODEGROUP_UPGRADE@2 InProgress"}},
		"one that was there, when it has changed": {cluster, nil, []moment{{change: with(born, provisioned, versioned("v1.33.1")), sight: wasThere}},
			[]string{"CLUSTER_UPDATE@2 InProgress"}},
		"one that was there, on its way": {cluster, nil, []moment{{change: with(born, versioned("v1.33.1")), sight: wasThere}},
			[]string{"CLUSTER_CREATE@2 InProgress"}},

		"a deletion": {cluster, nil, []moment{newborn, {change: provisioned}, {change: condemned, notes: true}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "CLUSTER_DELETE@2 InProgress"}},
		"a deletion that is done": {cluster, nil, []moment{newborn, {change: provisioned}, {change: condemned, notes: true}, {change: ready}, {sight: gone}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "CLUSTER_DELETE@2 Succeeded"}},
		"a deletion that is stuck": {cluster, nil, []moment{newborn, {change: provisioned}, {change: condemned, notes: true}, {change: stuck}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "CLUSTER_DELETE@2 Failed: infra: no capacity"}},
		"the deletion of what was stuck before": {cluster, nil, []moment{newborn, {change: stuck}, {change: condemned, notes: true}},
			[]string{"CLUSTER_CREATE@1 Failed: infra: no capacity", "CLUSTER_DELETE@2 InProgress"}},
		"a deletion ends what is under way": {cluster, nil, []moment{newborn, {change: provisioned}, upgrade, {change: condemned, notes: true}},
			[]string{"CLUSTER_CREATE@1 Succeeded", "NODEGROUP_UPGRADE@2 Failed: superseded by deletion", "CLUSTER_DELETE@3 InProgress"}},
		"a deletion ends a creation": {cluster, nil, []moment{newborn, {change: condemned, notes: true}, {sight: gone}},
			[]string{"CLUSTER_CREATE@1 Failed: superseded by deletion", "CLUSTER_DELETE@2 Succeeded"}},
		"what is changed during a deletion has no record": {cluster, nil, []moment{newborn, {change: provisioned}, {change: condemned, notes: true}, upgrade},
			[]string{"CLUSTER_CREATE@1 Succeeded", "CLUSTER_DELETE@2 InProgress"}},
		"a deletion that nobody kept": {cluster, nil, []moment{newborn, {sight: gone}},
			[]string{"CLUSTER_CREATE@1 Failed: superseded by deletion", "CLUSTER_DELETE@2 Succeeded"}},

		"a new pool":                      {pool, sample, []moment{newborn}, []string{"NODEGROUP_CREATE@1 InProgress"}},
		"a pool of no cluster":            {pool, nil, []moment{newborn}, nil},
		"a pool that is ready":            {pool, sample, []moment{newborn, {change: provisioned}}, []string{"NODEGROUP_CREATE@1 Succeeded"}},
		"the first nodes":                 {first, sample, []moment{newborn, {change: provisioned}}, nil},
		"the first nodes, with a promise": {first, sample, []moment{{change: promised("NODEGROUP_CREATE")}}, nil},
		"the first nodes, changed": {first, sample, []moment{newborn, {change: provisioned}, upgrade},
			[]string{"NODEGROUP_UPGRADE@2 InProgress"}},
		"the first nodes, changed on their way": {first, sample, []moment{newborn, upgrade, {change: provisioned}},
			[]string{"NODEGROUP_UPGRADE@2 Succeeded"}},
		"the first nodes, changed while nobody looked": {first, sample, []moment{newborn, {change: versioned("v1.33.1")}}, nil},
		"a pool is deleted": {pool, sample, []moment{newborn, {change: provisioned}, {change: condemned, notes: true}, {sight: gone}},
			[]string{"NODEGROUP_CREATE@1 Succeeded", "NODEGROUP_DELETE@2 Succeeded"}},
		"a pool goes with its cluster": {pool, deleting, []moment{newborn, {change: condemned, notes: true}, {sight: gone}},
			[]string{"NODEGROUP_CREATE@1 Failed: superseded by deletion"}},
		"a pool was deleted before its cluster": {pool, later, []moment{newborn, {change: provisioned}, {change: condemned, notes: true}},
			[]string{"NODEGROUP_CREATE@1 Succeeded", "NODEGROUP_DELETE@2 InProgress"}},

		"a new add-on": {addon, sample, []moment{newborn, {change: provisioned}}, []string{"ADDON_INSTALL@1 Succeeded"}},
		"an add-on with a promise": {addon, sample, []moment{{change: promised("ADDON_INSTALL")}, {change: stuck}},
			[]string{"ADDON_INSTALL@1 Failed: infra: no capacity"}},
		"an upgrade of an add-on": {addon, sample, []moment{newborn, {change: provisioned}, {change: versioned("2.0.0"), notes: true}},
			[]string{"ADDON_INSTALL@1 Succeeded", "ADDON_UPGRADE@2 InProgress"}},
		"a rollback": {addon, sample, []moment{newborn, {change: provisioned}, {change: promised("ADDON_ROLLBACK"), notes: true}, {change: ready}},
			[]string{"ADDON_INSTALL@1 Succeeded", "ADDON_ROLLBACK@2 Succeeded"}},
		"an add-on is deleted": {addon, sample, []moment{newborn, {change: provisioned}, {change: condemned, notes: true}, {sight: gone}},
			[]string{"ADDON_INSTALL@1 Succeeded", "ADDON_DELETE@2 Succeeded"}},
	} {
		t.Run(name, func(t *testing.T) {
			l := &life{object: test.object(), cluster: test.cluster, at: fixture.Epoch}
			l.object.SetUID("uid")
			l.play(test.moments)
			equal(t, "the records", test.want, l.told())

			before := make([]*fleetv1.Operation, 0, len(l.records))
			for _, record := range l.records {
				before = append(before, record.DeepCopy())
			}
			last := test.moments[len(test.moments)-1]
			l.play([]moment{{sight: func(s *operation.Sight) {
				if last.sight != nil {
					last.sight(s)
				}
				s.New = false
			}}})
			equal(t, "the records after another look", before, append([]*fleetv1.Operation{}, l.records...))
		})
	}
}

func TestARecordIsOfItsObject(t *testing.T) {
	object := fixture.NodePool("ns", "workers", "sample", fixture.Replicas(2))
	object.UID, object.Generation = "pool", 1
	object.Spec.Operation = &fleetv1.OperationRequest{ID: "5801ef8a", Type: fleetv1.OperationPoolCreate, Generation: 1}
	cluster := fixture.Cluster("ns", "sample", fixture.Labelled[*fleetv1.Cluster](fleetv1.LabelID, "a-uuid"))
	got := operation.See(nil, operation.Sight{Object: object, New: true, Time: now, Cluster: cluster})
	if len(got) != 1 {
		t.Fatalf("%d records", len(got))
	}
	equal(t, "the record", fleetv1.OperationSpec{
		Type:       fleetv1.OperationPoolCreate,
		Target:     fleetv1.OperationTarget{Kind: fleetv1.KindNodePool, ID: "pool", Name: "workers", UID: "pool"},
		Cluster:    fleetv1.OperationCluster{ID: "a-uuid", Name: "sample"},
		Generation: 1, StartTime: now, Fingerprint: operation.Fingerprint(object),
	}, got[0].Spec)
	equal(t, "the labels", map[string]string{fleetv1.LabelID: "5801ef8a", fleetv1.LabelCluster: "sample", fleetv1.LabelNodePool: "workers"}, got[0].Labels)
}

func TestWaits(t *testing.T) {
	pool := fixture.NodePool("ns", "workers", "sample")
	for name, test := range map[string]struct {
		sight   operation.Sight
		records []*fleetv1.Operation
		want    bool
	}{
		"a pool whose cluster is not there yet": {sight: operation.Sight{Object: pool}, want: true},
		"a pool of a cluster":                   {sight: operation.Sight{Object: pool, Cluster: fixture.Cluster("ns", "sample")}},
		"a pool that is gone":                   {sight: operation.Sight{Object: pool, Gone: true}},
		"a pool with a history":                 {sight: operation.Sight{Object: pool}, records: []*fleetv1.Operation{{}}},
	} {
		if got := operation.Waits(test.records, test.sight); got != test.want {
			t.Errorf("%s: Waits = %t", name, got)
		}
	}
}

func TestBury(t *testing.T) {
	record := func(task string, uid types.UID, state fleetv1.OperationState) *fleetv1.Operation {
		r := &fleetv1.Operation{Spec: fleetv1.OperationSpec{Type: task, Target: fleetv1.OperationTarget{UID: uid}}}
		if state != "" {
			operation.SetState(r, state, string(state), "words", now)
		}
		return r
	}
	for name, test := range map[string]struct {
		record *fleetv1.Operation
		alive  types.UID
		want   string
	}{
		"a deletion of what is gone":            {record(fleetv1.OperationClusterDelete, "a", "InProgress"), "", "Succeeded"},
		"one that nobody wrote a state into":    {record(fleetv1.OperationPoolDelete, "a", ""), "", "Succeeded"},
		"a deletion of what was replaced":       {record(fleetv1.OperationAddonDelete, "a", "InProgress"), "b", "Succeeded"},
		"a forced deletion keeps its words":     {record(fleetv1.OperationForceDelete, "a", "InProgress"), "", "Succeeded: words"},
		"a forced deletion of an older kind":    {record(fleetv1.OperationForceDelete, "", "InProgress"), "", "Succeeded: words"},
		"a change of what is gone":              {record(fleetv1.OperationClusterUpdate, "a", "InProgress"), "", "Failed: superseded by deletion"},
		"what is alive stays as it is":          {record(fleetv1.OperationClusterUpdate, "a", "InProgress"), "a", "InProgress: words"},
		"what has ended stays as it is":         {record(fleetv1.OperationClusterUpdate, "a", "Failed"), "", "Failed: words"},
		"a deletion that failed stays failed":   {record(fleetv1.OperationClusterDelete, "a", "Failed"), "", "Failed: words"},
		"a forced deletion that is not through": {record(fleetv1.OperationForceDelete, "a", "InProgress"), "a", "InProgress: words"},
	} {
		t.Run(name, func(t *testing.T) {
			operation.Bury([]*fleetv1.Operation{test.record}, test.alive, now)
			got := string(test.record.Status.State)
			if test.record.Status.Message != "" {
				got += ": " + test.record.Status.Message
			}
			equal(t, "the state", test.want, got)
		})
	}
}

func TestLongMessagesAreCutBetweenCharacters(t *testing.T) {
	record := &fleetv1.Operation{}
	operation.SetState(record, fleetv1.OperationFailed, "Failed", "x"+strings.Repeat("é", 32768), now)
	if got := len(record.Status.Message); got != 32767 {
		t.Errorf("%d bytes are left", got)
	}
	equal(t, "the condition says the same", record.Status.Message, record.Status.Conditions[0].Message)
}

func TestDue(t *testing.T) {
	record := func(name string, uid types.UID, generation int64, ended time.Duration) *fleetv1.Operation {
		r := &fleetv1.Operation{Spec: fleetv1.OperationSpec{Generation: generation, Target: fleetv1.OperationTarget{UID: uid}}}
		r.Name = name
		if ended >= 0 {
			operation.SetState(r, fleetv1.OperationSucceeded, "Succeeded", "", metav1.NewTime(fixture.Epoch.Add(ended)))
		}
		return r
	}
	const open = -1
	hour := func(*fleetv1.Operation) time.Duration { return time.Hour }
	for name, test := range map[string]struct {
		records []*fleetv1.Operation
		want    []string
		next    time.Duration
	}{
		"none":                                        {},
		"one that is over long ago":                   {records: []*fleetv1.Operation{record("a", "x", 1, 0)}, want: []string{"a"}},
		"one that is over just now":                   {records: []*fleetv1.Operation{record("a", "x", 1, time.Hour)}, want: []string{"a"}},
		"one that has to wait":                        {records: []*fleetv1.Operation{record("a", "x", 1, 90*time.Minute)}, next: 150 * time.Minute},
		"one that is open":                            {records: []*fleetv1.Operation{record("a", "x", 1, open)}},
		"the next is the first":                       {records: []*fleetv1.Operation{record("b", "x", 2, 100*time.Minute), record("a", "y", 1, 90*time.Minute)}, next: 150 * time.Minute},
		"the oldest goes first":                       {records: []*fleetv1.Operation{record("b", "x", 2, 0), record("a", "x", 1, time.Minute)}, want: []string{"a", "b"}},
		"the latest stays while an older one is open": {records: []*fleetv1.Operation{record("b", "x", 2, 0), record("a", "x", 1, open)}},
		"the latest stays while an older one has to wait": {
			records: []*fleetv1.Operation{record("b", "x", 2, 0), record("a", "x", 1, 90*time.Minute)}, next: 150 * time.Minute,
		},
		"another object does not matter": {records: []*fleetv1.Operation{record("b", "x", 2, 0), record("a", "y", 1, open)}, want: []string{"b"}},
	} {
		t.Run(name, func(t *testing.T) {
			due, next := operation.Due(test.records, hour, fixture.Epoch.Add(2*time.Hour))
			var names []string
			for _, r := range due {
				names = append(names, r.Name)
			}
			equal(t, "what is due", test.want, names)
			want := time.Time{}
			if test.next > 0 {
				want = fixture.Epoch.Add(test.next)
			}
			if !next.Equal(want) {
				t.Errorf("the next is due at %s, want %s", next, want)
			}
		})
	}
}
