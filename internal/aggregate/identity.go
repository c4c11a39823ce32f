package aggregate

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// SameReport tells whether two reports are equal in all that an adapter says but the time at which it looked. What the
// receiver adds on storing does not count.
func SameReport(a, b *fleetv1.Report) bool {
	return a.ObservedGeneration == b.ObservedGeneration &&
		slices.EqualFunc(a.Conditions, b.Conditions, sameCondition) &&
		SameJSON(orEmpty(encoded(a.Data)), orEmpty(encoded(b.Data))) &&
		SameJSON(encoded(a.Metadata), encoded(b.Metadata)) &&
		apiequality.Semantic.DeepEqual(comparableCluster(a.Cluster), comparableCluster(b.Cluster)) &&
		samePool(a.NodePool, b.NodePool)
}

func sameCondition(a, b fleetv1.ReportCondition) bool {
	return a.Type == b.Type && a.Status == b.Status && a.Reason == b.Reason && a.Message == b.Message
}

// comparableCluster returns the facts with the expiry as it is stored, in whole seconds.
func comparableCluster(facts *fleetv1.ClusterFacts) *fleetv1.ClusterFacts {
	if facts == nil || facts.CertificateExpiry == nil {
		return facts
	}
	result := *facts
	expiry := inSeconds(facts.CertificateExpiry.Time)
	result.CertificateExpiry = &expiry
	return &result
}

// samePool compares the facts about a pool. Nodes are a map by id, which adapters list as they find it.
func samePool(a, b *fleetv1.NodePoolFacts) bool {
	if a == nil || b == nil {
		return a == b
	}
	x, y := *a, *b
	x.Nodes, y.Nodes = nil, nil
	return apiequality.Semantic.DeepEqual(x, y) && slices.Equal(nodesByID(a.Nodes), nodesByID(b.Nodes))
}

func nodesByID(nodes []fleetv1.Node) []fleetv1.Node {
	return slices.SortedFunc(slices.Values(nodes), func(a, b fleetv1.Node) int { return cmp.Compare(a.ID, b.ID) })
}

// encoded returns the JSON of an adapter's record, or nil if there is none.
func encoded(record *runtime.RawExtension) []byte {
	if record == nil {
		return nil
	}
	raw, err := record.MarshalJSON()
	if err != nil || bytes.Equal(raw, []byte("null")) {
		return nil
	}
	return raw
}

// orEmpty makes a record that was not sent equal to an empty one, as which it is shown.
func orEmpty(raw []byte) []byte {
	if raw == nil {
		return []byte("{}")
	}
	return raw
}

// SameJSON tells whether two documents have the same value. The API server stores them with another order of keys and
// another form of numbers than they were sent in.
func SameJSON(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, xErr := decoded(a)
	y, yErr := decoded(b)
	return xErr == nil && yErr == nil && sameValue(x, y)
}

func decoded(raw []byte) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber() // a float64 would make large integers equal that are not
	err = decoder.Decode(&value)
	return value, err
}

func sameValue(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for key, value := range x {
			other, found := y[key]
			if !found || !sameValue(value, other) {
				return false
			}
		}
		return true
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, sameValue)
	case json.Number:
		y, ok := b.(json.Number)
		return ok && sameNumber(x, y)
	default:
		return a == b
	}
}

// sameNumber compares integers exactly and all else as the API server keeps it, as float64.
func sameNumber(a, b json.Number) bool {
	x, xErr := a.Int64()
	y, yErr := b.Int64()
	if xErr == nil && yErr == nil {
		return x == y
	}
	f, fErr := a.Float64()
	g, gErr := b.Float64()
	return fErr == nil && gErr == nil && f == g
}
