package hyperfleet

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// crowd are records that no two fields put into one order, named a to d.
func crowd() []*hub.Record {
	member := func(name string, generation int64, created, updated time.Duration, by string) *hub.Record {
		return sampleRecord(fleetv1.KindCluster, withID(letterUID(name), name), func(r *hub.Record) {
			r.Object.Generation = generation
			r.Object.CreationTimestamp = metav1.NewTime(birth.Add(created))
			r.Object.Annotations[fleetv1.AnnotationUpdatedTime] = birth.Add(updated).Format(time.RFC3339Nano)
			r.Object.Annotations[fleetv1.AnnotationCreatedBy] = by
			r.Object.Annotations[fleetv1.AnnotationUpdatedBy] = "z-" + by
		})
	}
	all := []*hub.Record{
		member("a", 3, 2*time.Hour, 5*time.Hour, "carol"),
		member("b", 1, 3*time.Hour, 4*time.Hour, "bob@example.com"),
		member("c", 2, 1*time.Hour, 7*time.Hour, "alice"),
		member("d", 2, 2*time.Hour, 6*time.Hour, "bob@example.com"),
	}
	deleting(all[1])
	deleting(all[3])
	earlier := metav1.NewTime(birth.Add(71 * time.Hour))
	all[3].Object.DeletionTimestamp = &earlier
	all[3].Object.Annotations[fleetv1.AnnotationDeletedBy] = "zoe"
	return all
}

// sortedBy returns the names in the order that a query wants, as the index sorts: ids break ties.
func sortedBy(t *testing.T, text string) (string, error) {
	t.Helper()
	compare, err := parseOrder(recordOrders, query(t, text))
	if err != nil {
		return "", err
	}
	if compare == nil {
		return "default", nil
	}
	all := crowd()
	slices.SortFunc(all, func(a, b *hub.Record) int {
		if order := compare(a, b); order != 0 {
			return order
		}
		return strings.Compare(shownID(a.ID), shownID(b.ID))
	})
	var names strings.Builder
	for _, record := range all {
		names.WriteString(record.Name)
	}
	return names.String(), nil
}

func TestOrder(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "default",
		"orderBy=":                           "default",
		"order=":                             "default",
		"page=2":                             "default",
		"orderBy=name":                       "abcd",
		"orderBy=name%20asc":                 "abcd",
		"orderBy=name%20desc":                "dcba",
		"orderBy=name&order=desc":            "dcba",
		"orderBy=name&order=asc":             "abcd",
		"orderBy=name%20asc&order=desc":      "abcd",
		"orderBy=name%20desc&order=asc":      "dcba",
		"order=asc":                          "cadb",
		"order=desc":                         "badc",
		"order=name%20desc":                  "dcba",
		"order=name":                         "abcd",
		"order=generation,name%20desc":       "bdca",
		"orderBy=generation":                 "bcda",
		"orderBy=generation%20desc":          "acdb",
		"orderBy=generation&order=desc":      "acdb",
		"orderBy=generation,name&order=desc": "adcb",
		"orderBy=generation,name%20asc&order=desc": "acdb",
		"orderBy=created_time":                     "cadb",
		"orderBy=created_time%20desc,name%20desc":  "bdac",
		"orderBy=updated_time":                     "acdb",
		"orderBy=created_by":                       "cbda",
		"orderBy=created_by,generation%20desc":     "cdba",
		"orderBy=updated_by%20desc":                "abdc",
		"orderBy=deleted_time":                     "dbac",
		"orderBy=deleted_time%20desc":              "acbd",
		"orderBy=deleted_by":                       "bdac",
		"orderBy=id":                               "abcd",
		"orderBy=id%20desc":                        "dcba",
		"orderBy=href%20desc":                      "dcba",
		"orderBy=kind":                             "abcd",
		"orderBy=kind%20desc,id%20desc":            "dcba",
		"orderBy=%20name%20%20desc%20,%20id%20":    "dcba",
		"orderBy=name,name%20desc":                 "abcd",
		"orderBy=name%20desc&orderBy=name":         "dcba",
		"orderBy=&order=name%20desc":               "dcba",
	} {
		got, err := sortedBy(t, text)
		if err != nil || got != want {
			t.Errorf("%s: got %s, %v; want %s", text, got, err, want)
		}
	}
}

func TestOrderRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"orderBy=nothing":              "orderBy: item 1 is no field that can be sorted by.",
		"orderBy=name,nothing":         "orderBy: item 2 is no field that can be sorted by.",
		"orderBy=owner_id":             "orderBy: item 1 is no field that can be sorted by.",
		"orderBy=labels.a":             "orderBy: item 1 is no field that can be sorted by.",
		"orderBy=spec.a":               "orderBy: item 1 is no field that can be sorted by.",
		"orderBy=status":               "orderBy: item 1 is no field that can be sorted by.",
		"orderBy=NAME":                 "orderBy: item 1 is no field that can be sorted by.",
		"orderBy=adapter":              "orderBy: item 1 is no field that can be sorted by.",
		"orderBy=name%20up":            "orderBy: the direction of item 1 must be asc or desc.",
		"orderBy=name%20DESC":          "orderBy: the direction of item 1 must be asc or desc.",
		"orderBy=name,name%20up":       "orderBy: the direction of item 2 must be asc or desc.",
		"orderBy=name,":                "orderBy: item 2 must be a field, or a field and asc or desc.",
		"orderBy=,":                    "orderBy: item 1 must be a field, or a field and asc or desc.",
		"orderBy=name%20asc%20desc":    "orderBy: item 1 must be a field, or a field and asc or desc.",
		"orderBy=name%3Bid":            "orderBy: item 1 is no field that can be sorted by.",
		"order=DESC":                   "order: item 1 is no field that can be sorted by.",
		"order=descending":             "order: item 1 is no field that can be sorted by.",
		"order=name%20up":              "order: the direction of item 1 must be asc or desc.",
		"order=%20asc":                 "order: item 1 is no field that can be sorted by.",
		"orderBy=name&order=name":      "order must be asc or desc where orderBy is given.",
		"orderBy=name&order=id%20desc": "order must be asc or desc where orderBy is given.",
		"orderBy=name&order=up":        "order must be asc or desc where orderBy is given.",
	} {
		got, err := sortedBy(t, text)
		refused, ok := errors.AsType[badRequest](err)
		if !ok || string(refused) != want {
			t.Errorf("%s: got %s, %v; want %s", text, got, err, want)
		}
	}
}

// newStatus builds an adapter status.
func newStatus(adapter string, generation int64, first, last time.Duration) *fleetv1.AdapterStatus {
	created := metav1.NewMicroTime(birth.Add(first))
	status := &fleetv1.AdapterStatus{Report: &fleetv1.Report{}}
	status.Spec.Adapter = adapter
	status.Report.ObservedGeneration = generation
	status.Report.CreatedTime = &created
	status.Report.ObservedTime = metav1.NewMicroTime(birth.Add(last))
	return status
}

func TestStatuses(t *testing.T) {
	all := []*fleetv1.AdapterStatus{
		newStatus("dns", 2, time.Hour, 5*time.Hour),
		newStatus("aws", 1, time.Hour, 4*time.Hour),
		newStatus("validation", 2, 2*time.Hour, 3*time.Hour),
		newStatus("hypershift", 1, 0, 6*time.Hour+123456*time.Microsecond),
	}
	for text, want := range map[string]struct {
		adapters string
		total    int
	}{
		"":                                    {"validation aws dns hypershift", 4},
		"order=asc":                           {"hypershift aws dns validation", 4},
		"orderBy=adapter":                     {"aws dns hypershift validation", 4},
		"order=adapter%20desc":                {"validation hypershift dns aws", 4},
		"orderBy=observed_generation":         {"aws hypershift dns validation", 4},
		"orderBy=last_report_time&order=desc": {"hypershift dns aws validation", 4},
		"page=2&pageSize=3":                   {"hypershift", 4},
		"page=3&size=3":                       {"", 4},
		"page=2147483647&size=65500":          {"", 4},
		"size=1&search=observed_generation=2": {"validation", 2},
		"search=adapter='dns'":                {"dns", 1},
		"search=adapter like '%25s%25'":       {"aws dns hypershift", 3},
		"search=adapter in ['dns','aws']":     {"aws dns", 2},
		"search=not adapter='dns'":            {"validation aws hypershift", 3},
		"search=observed_generation < '2'":    {"aws hypershift", 2},
		"search=created_time > 2026-01-01T00:30:00Z and not last_report_time >= '2026-01-01T05:00:00Z'": {"validation aws", 2},
		"search=last_report_time = 2026-01-01T06:00:00.123456Z or adapter='x'":                          {"hypershift", 1},
		"search=adapter is null":                 {"", 0},
		"search=created_time is not null&size=2": {"validation aws", 4},
	} {
		parsed, err := parseStatuses(query(t, strings.ReplaceAll(text, " ", "%20")))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		part, total := parsed.of(all)
		var adapters []string
		for _, status := range part {
			adapters = append(adapters, status.Spec.Adapter)
		}
		if diff := cmp.Diff(want.adapters, strings.Join(adapters, " ")); diff != "" || total != want.total {
			t.Errorf("%s: %d in all, want %d (-want +got):\n%s", text, total, want.total, diff)
		}
	}
	if all[0].Spec.Adapter != "dns" {
		t.Error("the statuses were sorted where they lie; they are shared")
	}
}

func TestStatusesRefuse(t *testing.T) {
	for text, want := range map[string]string{
		"search=name='x'":                    "search: position 1: unknown field name.",
		"search=adapter=1":                   "search: position 9: adapter wants a string in quotes.",
		"search=data.x='1'":                  "search: position 1: unknown field data.x.",
		"search=last_report_time like 'x'":   "search: position 1: last_report_time cannot be compared with like.",
		"search=not (adapter='a' or kind=1)": "search: position 21: unknown field kind.",
		"orderBy=id":                         "orderBy: item 1 is no field that can be sorted by.",
	} {
		_, err := parseStatuses(query(t, strings.ReplaceAll(text, " ", "%20")))
		if refused, ok := errors.AsType[badRequest](err); !ok || string(refused) != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
	if _, err := parseStatuses(query(t, "fields=conditions")); err == nil {
		t.Error("fields=conditions is taken")
	}
}
