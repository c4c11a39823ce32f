package hyperfleet

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"pgregory.net/rapid"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/hyperfleet/wire"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

const awaiting = `"status":"False","reason":"AwaitingAdapters","message":"Waiting for adapters to report status",` +
	`"observed_generation":0,"created_time":"2025-01-01T00:00:00Z","last_updated_time":"2025-01-01T00:00:00Z",` +
	`"last_transition_time":"2025-01-01T00:00:00Z"}`

const newConditions = `"status":{"conditions":[{"type":"Available",` + awaiting + `,{"type":"Ready",` + awaiting +
	`,{"type":"LastKnownReconciled",` + awaiting + `,{"type":"Reconciled",` + awaiting + `]}}`

const newCluster = `{"kind":"Cluster","id":"` + clusterID + `","href":"/api/hyperfleet/v1/clusters/` + clusterID + `",` +
	`"name":"my-cluster","generation":1,"spec":{},"labels":{"environment":"production"},` +
	`"created_time":"2025-01-01T00:00:00Z","updated_time":"2025-01-01T00:00:00Z",` +
	`"created_by":"user@example.com","updated_by":"user@example.com",` + newConditions

const newNodePool = `{"kind":"NodePool","id":"` + poolID + `","href":"/api/hyperfleet/v1/nodepools/` + poolID + `",` +
	`"name":"worker-pool","owner_references":{"kind":"Cluster","id":"` + clusterID + `","href":"/api/hyperfleet/v1/clusters/` + clusterID + `"},` +
	`"generation":1,"spec":{},"labels":{"environment":"production"},` +
	`"created_time":"2025-01-01T00:00:00Z","updated_time":"2025-01-01T00:00:00Z",` +
	`"created_by":"user@example.com","updated_by":"user@example.com",` + newConditions

func TestNewObjectsLookAsPublished(t *testing.T) {
	h := newFakeHub()
	for i, want := range []string{newCluster, newNodePool} {
		if diff := cmp.Diff(want, string(encodeRecord(h.records[i]))); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

func micro(text string) metav1.MicroTime {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return metav1.NewMicroTime(at)
}

func TestObjectsShowWhatHappenedToThem(t *testing.T) {
	record := newRecord(fleetv1.KindCluster, clusterUID, "my-cluster")
	record.Object.Generation = 3
	record.Object.Labels = map[string]string{"b": "<&>", "a.slipway.dev/x": "hidden", "slipway.dev/y": "hidden"}
	record.Object.Annotations[fleetv1.AnnotationUpdatedBy] = "system:serviceaccount:fleet:ci"
	record.Object.Annotations[fleetv1.AnnotationUpdatedTime] = "2025-01-03T00:00:00.999Z"
	deleted := metav1.Date(2025, 1, 3, 1, 0, 0, 0, time.FixedZone("", 3600))
	record.Object.DeletionTimestamp = &deleted
	record.Cluster.Spec.Parameters = &runtime.RawExtension{Raw: []byte(`{"null":null,"html":"<&>","big":12345678901234567890.5}`)}
	record.Conditions = append(record.Conditions, hub.Condition{
		Condition: metav1.Condition{Type: "DnsSuccessful", Status: metav1.ConditionTrue, ObservedGeneration: 2},
		Created:   micro("2025-01-01T00:00:00.123456Z"), Updated: micro("2025-01-02T00:00:00.5Z"), Transitioned: micro("2025-01-02T01:00:00.000001+01:00"),
	})
	ready := &record.Conditions[0]
	ready.Updated, ready.Transitioned = micro("2025-01-02T00:00:00.5Z"), micro("2025-01-02T00:00:01.75Z")

	var got wire.Cluster
	encoded := encodeRecord(record)
	if err := json.Unmarshal(encoded, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"b": "<&>"}, got.Labels); diff != "" {
		t.Errorf("labels -want +got:\n%s", diff)
	}
	for _, part := range []string{
		`"spec":{"null":null,"html":"<&>","big":12345678901234567890.5}`,
		`"generation":3`,
		`"created_by":"user@example.com","updated_by":"system.serviceaccount.fleet.ci@slipway.local"`,
		`"updated_time":"2025-01-03T00:00:00Z"`,
		`"deleted_time":"2025-01-03T00:00:00Z","deleted_by":"unknown@slipway.local","status"`,
		`"last_updated_time":"2025-01-02T00:00:00.5Z","last_transition_time":"2025-01-02T00:00:01Z"}`,
		`{"type":"DnsSuccessful","status":"True","observed_generation":2,"created_time":"2025-01-01T00:00:00.123456Z",` +
			`"last_updated_time":"2025-01-02T00:00:00.5Z","last_transition_time":"2025-01-02T00:00:00.000001Z"}]}}`,
	} {
		if !bytes.Contains(encoded, []byte(part)) {
			t.Errorf("%s is not in %s", part, encoded)
		}
	}
}

func TestADeletionThroughRESTIsTheLastUpdate(t *testing.T) {
	deleted := metav1.NewTime(birth.Add(72 * time.Hour))
	for name, tc := range map[string]struct {
		deletedBy string
		want      time.Time
	}{
		"whoever deleted it through REST updated it then": {"user@example.com", deleted.Time},
		"kubectl leaves the last update as it was":        {"", birth.Add(24 * time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			record := sampleRecord(fleetv1.KindCluster)
			record.Object.DeletionTimestamp = &deleted
			record.Object.Annotations[fleetv1.AnnotationDeletedBy] = tc.deletedBy
			if got := updatedTime(record); !got.Equal(tc.want) {
				t.Errorf("updated_time = %s, want %s", got, tc.want)
			}
		})
	}
}

// newReport is the report of the published document as it is stored.
func newReport() *fleetv1.AdapterStatus {
	at := micro("2025-01-01T10:00:00Z")
	status := &fleetv1.AdapterStatus{Spec: fleetv1.AdapterStatusSpec{Adapter: "validator"}, Report: &fleetv1.Report{
		ObservedGeneration: 1, ObservedTime: at, CreatedTime: &at, Data: &runtime.RawExtension{Raw: []byte(`{"job_name":"validator-job-abc123","attempt":1}`)},
	}}
	for _, row := range [][3]string{
		{"Available", "AllValidationsPassed", "All validations passed"},
		{"Applied", "ValidationJobApplied", "Validation job applied successfully"},
		{"Health", "OperationsCompleted", "All adapter operations completed successfully"},
	} {
		status.Report.Conditions = append(status.Report.Conditions, fleetv1.ReportCondition{
			Type: row[0], Status: metav1.ConditionTrue, Reason: row[1], Message: row[2], LastTransitionTime: &at,
		})
	}
	return status
}

const publishedReport = `{"adapter":"validator","observed_generation":1,"conditions":[` +
	`{"type":"Available","status":"True","reason":"AllValidationsPassed","message":"All validations passed","last_transition_time":"2025-01-01T10:00:00Z"},` +
	`{"type":"Applied","status":"True","reason":"ValidationJobApplied","message":"Validation job applied successfully","last_transition_time":"2025-01-01T10:00:00Z"},` +
	`{"type":"Health","status":"True","reason":"OperationsCompleted","message":"All adapter operations completed successfully","last_transition_time":"2025-01-01T10:00:00Z"}],` +
	`"data":{"job_name":"validator-job-abc123","attempt":1},"created_time":"2025-01-01T10:00:00Z","last_report_time":"2025-01-01T10:00:00Z"}`

func TestReportsLookAsPublished(t *testing.T) {
	if diff := cmp.Diff(publishedReport, string(reply.Encode(statusOf(newReport())))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestReportsShowWhatTheyHold(t *testing.T) {
	status := &fleetv1.AdapterStatus{Spec: fleetv1.AdapterStatusSpec{Adapter: "dns"}, Report: &fleetv1.Report{
		ObservedGeneration: 2, ObservedTime: micro("2025-01-01T10:00:00.25Z"),
		Metadata:   &runtime.RawExtension{Raw: []byte(`{"b":[1,null]}`)},
		Conditions: []fleetv1.ReportCondition{{Type: "Health", Status: metav1.ConditionUnknown}},
	}}
	want := `{"adapter":"dns","observed_generation":2,"conditions":[{"type":"Health","status":"Unknown","last_transition_time":"2025-01-01T10:00:00.25Z"}],` +
		`"data":{},"metadata":{"b":[1,null]},"created_time":"2025-01-01T10:00:00.25Z","last_report_time":"2025-01-01T10:00:00.25Z"}`
	if diff := cmp.Diff(want, string(reply.Encode(statusOf(status)))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	status.Report.Metadata.Raw = []byte(`{}`)
	if bytes.Contains(reply.Encode(statusOf(status)), []byte("metadata")) {
		t.Error("empty metadata are shown")
	}
}

// jsonValue draws a JSON value.
func jsonValue(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		kinds := 6
		if depth == 0 {
			kinds = 4
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return nil
		case 1:
			return rapid.Bool().Draw(t, "bool")
		case 2:
			return json.Number(rapid.SampledFrom([]string{"0", "-1", "1.50", "1e3", "12345678901234567890", "0.1"}).Draw(t, "number"))
		case 3:
			return rapid.String().Draw(t, "text")
		case 4:
			return rapid.SliceOfN(jsonValue(depth-1), 0, 3).Draw(t, "list")
		default:
			return rapid.MapOfN(rapid.String(), jsonValue(depth-1), 0, 3).Draw(t, "object")
		}
	})
}

var (
	labelKeys   = rapid.StringMatching(`([a-z]{1,5}\.[a-z]{1,5}/)?[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,8}[a-zA-Z0-9])?`)
	labelValues = rapid.StringMatching(`([a-zA-Z0-9]([a-zA-Z0-9_.-]{0,8}[a-zA-Z0-9])?)?`)
)

// What a client creates is what it gets back.
func TestClustersComeBackAsTheyWereSent(t *testing.T) {
	d := newDialect(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		spec := rapid.MapOfN(rapid.String(), jsonValue(3), 0, 4).Draw(t, "spec")
		labels := rapid.MapOfN(labelKeys, labelValues, 0, 4).Draw(t, "labels")
		name := rapid.StringMatching(`[a-z0-9][-a-z0-9]{1,20}[a-z0-9]`).Draw(t, "name")
		body, ok := read(string(reply.Encode(map[string]any{"kind": "Cluster", "name": name, "spec": spec, "labels": labels})))
		if !ok {
			t.Fatal("the body cannot be read")
		}
		wish, err := d.decodeCluster(body)
		if err != nil {
			t.Fatalf("%v %v", err, verdict(err))
		}
		record := newRecord(fleetv1.KindCluster, clusterUID, wish.Name)
		record.Object.Labels = maps.Clone(wish.Labels)
		record.Object.Labels[fleetv1.LabelID] = string(clusterUID)
		record.Cluster.Spec.Parameters = &runtime.RawExtension{Raw: wish.Parameters}
		shown, ok := read(string(encodeRecord(record)))
		if !ok {
			t.Fatal("the answer cannot be read")
		}
		for _, member := range []string{"name", "spec", "labels"} {
			if sent, got := canonical(body.Object[member]), canonical(shown.Object[member]); !bytes.Equal(sent, got) {
				t.Fatalf("%s: sent %s, got %s", member, sent, got)
			}
		}
	})
}

// What an adapter reports is what is listed.
func TestReportsComeBackAsTheyWereSent(t *testing.T) {
	d := newDialect(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		types := append([]string{"Available", "Applied", "Health"}, slices.Collect(maps.Keys(
			rapid.MapOfN(rapid.StringMatching(`[A-Z][a-z]{2,5}x`), rapid.Just(0), 0, 3).Draw(t, "further")))...)
		var conditions []any
		for _, name := range rapid.Permutation(types).Draw(t, "types") {
			condition := map[string]any{"type": name, "status": rapid.SampledFrom([]string{"True", "False", "Unknown"}).Draw(t, "status")}
			for _, member := range []string{"reason", "message"} {
				if text := rapid.String().Draw(t, member); text != "" {
					condition[member] = text
				}
			}
			conditions = append(conditions, condition)
		}
		seconds, micros := rapid.Int64Range(0, 1_700_000_000).Draw(t, "seconds"), rapid.Int64Range(0, 999_999).Draw(t, "micros")
		sent := map[string]any{
			"adapter": "dns", "observed_generation": rapid.Int32Range(1, 9).Draw(t, "generation"), "conditions": conditions,
			"observed_time": time.Unix(seconds, micros*1000).UTC().Format(time.RFC3339Nano),
			"data":          rapid.MapOfN(rapid.String(), jsonValue(2), 0, 3).Draw(t, "data"),
		}
		body, _ := read(string(reply.Encode(sent)))
		adapter, report, err := d.decodeReport(body)
		if err != nil {
			t.Fatalf("%v %v", err, verdict(err))
		}
		shown, _ := read(string(reply.Encode(statusOf(&fleetv1.AdapterStatus{Spec: fleetv1.AdapterStatusSpec{Adapter: adapter}, Report: report}))))
		for _, condition := range shown.Object["conditions"].([]any) {
			delete(condition.(map[string]any), "last_transition_time")
		}
		shown.Object["observed_time"] = shown.Object["last_report_time"]
		for member := range sent {
			if sent, got := canonical(body.Object[member]), canonical(shown.Object[member]); !bytes.Equal(sent, got) {
				t.Fatalf("%s: sent %s, got %s", member, sent, got)
			}
		}
	})
}
