package hub

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// TestReplaced holds that a change of a dialect leaves alone what the other dialects keep.
func TestReplaced(t *testing.T) {
	raw := func(text string) *runtime.RawExtension { return &runtime.RawExtension{Raw: []byte(text)} }
	all := &fleetv1.Extensions{HyperFleet: raw("1"), NKS: raw("2"), CCE: raw("3"), IaaS: raw("4")}
	for name, row := range map[string]struct{ kept, sent, want *fleetv1.Extensions }{
		"nothing kept":   {nil, &fleetv1.Extensions{CCE: raw("5")}, &fleetv1.Extensions{CCE: raw("5")}},
		"nothing sent":   {all, nil, nil},
		"one dialect":    {all, &fleetv1.Extensions{CCE: raw("5")}, &fleetv1.Extensions{HyperFleet: raw("1"), NKS: raw("2"), CCE: raw("5"), IaaS: raw("4")}},
		"a dialect anew": {&fleetv1.Extensions{IaaS: raw("4")}, &fleetv1.Extensions{CCE: raw("5")}, &fleetv1.Extensions{CCE: raw("5"), IaaS: raw("4")}},
		"all dialects":   {&fleetv1.Extensions{HyperFleet: raw("0"), IaaS: raw("0")}, all, all},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, replaced(row.kept, row.sent)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
