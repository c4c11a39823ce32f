package params

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func TestHidden(t *testing.T) {
	version := &fleetv1.AddonVersion{ParamsSchema: &runtime.RawExtension{Raw: json.RawMessage(
		`{"type":"object","properties":{"password":{"type":"string","writeOnly":true},"user":{"type":"string"},"tokens":{"writeOnly":true}}}`)}}
	given := &runtime.RawExtension{Raw: json.RawMessage(`{"password":"hunter22","user":"me","tokens":[{"a":"one"},{"b":2,"c":""}]}`)}
	effective, faults := Resolve(version, given, "spec.params")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	want := []string{"aHVudGVyMjI=", "hunter22", "b25l", "one"}
	if diff := cmp.Diff(want, effective.Hidden()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := (Effective{}).Hidden(); got != nil {
		t.Errorf("without params there is %v to hide", got)
	}
}
