package adapter

import (
	"encoding/json"
	"reflect"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// same tells whether two reports say the same, whenever they were made.
func same(a, b *fleetv1.Report) bool {
	if a == nil || b == nil {
		return a == b
	}
	return sameJSON(a.Data, b.Data) && sameJSON(a.Metadata, b.Metadata) &&
		equality.Semantic.DeepEqual(withoutTimes(a), withoutTimes(b))
}

// withoutTimes leaves out when a report was made, and the records that sameJSON compares.
func withoutTimes(r *fleetv1.Report) *fleetv1.Report {
	r = r.DeepCopy()
	r.ObservedTime = metav1.MicroTime{}
	r.Data, r.Metadata = nil, nil
	return r
}

// sameJSON compares content: the API server stores records in an encoding of its own.
func sameJSON(a, b *runtime.RawExtension) bool {
	if a == nil || b == nil {
		return (a == nil || len(a.Raw) == 0) && (b == nil || len(b.Raw) == 0)
	}
	var left, right any
	if json.Unmarshal(a.Raw, &left) != nil || json.Unmarshal(b.Raw, &right) != nil {
		return false
	}
	return reflect.DeepEqual(left, right)
}
