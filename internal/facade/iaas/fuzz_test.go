package iaas

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
)

// FuzzReadInstallation feeds the decoder of requests. It must not panic; a refusal says why; what is accepted satisfies the
// document, and is accepted again as it is kept.
func FuzzReadInstallation(f *testing.F) {
	for _, seed := range []string{
		`{"addon":"jupyterhub","params":{"cpu_limit":2}}`, `{"addon":1,"params":[]}`, `{}`, `[]`, `null`, `{"addon":"a","addon":"b"}`, "\xff",
		`{"addon":"a","params":null,"x":{"y":[1e400]}}`, ` "`,
	} {
		f.Add(seed)
	}
	schema := schemaNamed(f, "InstallRequest")
	read := func(t *testing.T, text string) (installation, error) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(text))
		return readInstallation(httptest.NewRecorder(), r)
	}
	f.Fuzz(func(t *testing.T, text string) {
		request, err := read(t, text)
		if err != nil {
			wrong := translate(t.Context(), err)
			if wrong.status != http.StatusUnprocessableEntity || len(wrong.violations) == 0 {
				t.Errorf("%q is refused with %+v", text, wrong)
			}
			return
		}
		if err := schema.Validate(request.sent); err != nil {
			t.Errorf("%q is accepted against the document: %v", text, err)
		}
		again, err := read(t, string(encoded(request.sent)))
		if err != nil || again.addon != request.addon || string(again.rawParams()) != string(request.rawParams()) {
			t.Errorf("%q is accepted, and its record is not: %v", text, err)
		}
	})
}

// FuzzCheckParams feeds the check of params. Whatever they are: faults name a param, do not quote what is secret, and the names that
// no schema has are all found.
func FuzzCheckParams(f *testing.F) {
	version := &fleetv1.AddonVersion{Version: "1.0.0", ParamsSchema: &runtime.RawExtension{Raw: []byte(
		`{"properties":{"token":{"type":"string","pattern":"^a*$","writeOnly":true},"cpu":{"type":"number","maximum":4},"o":{"type":"object"}},"required":["cpu"]}`)}}
	for _, seed := range []string{`{"cpu":1,"token":"a"}`, `{"cpu":"1"}`, `{"token":"hunter2-hunter2"}`, `{"b":{},"o":{"x":[]}}`, `{"cpu":9,"a.b":1}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		given, faults := params.DecodeObject([]byte(text), "")
		if len(faults) > 0 {
			return
		}
		faults = checkParams(version, given)
		for _, fault := range faults {
			if fault.Path != memberParams && !strings.HasPrefix(fault.Path, memberParams+".") && !strings.HasPrefix(fault.Path, memberParams+"[") {
				t.Errorf("%s: a fault is at %q", text, fault.Path)
			}
			if secret, _ := given["token"].(string); len(secret) > 20 && strings.Contains(fault.Message, secret) {
				t.Errorf("%s: the secret is quoted in %q", text, fault.Message)
			}
		}
		unknown := 0
		for name := range given {
			if name != "token" && name != "cpu" && name != "o" {
				unknown++
			}
		}
		if len(faults) < unknown {
			t.Errorf("%s: %d unknown params, faults are %v", text, unknown, faults)
		}
		err := installation{params: given}.check(&fleetv1.AddonTemplate{}, version, &fleetv1.Cluster{})
		if wrong, ok := errors.AsType[*failure](err); !ok || wrong.status != http.StatusBadRequest {
			t.Errorf("%s is answered with %v", text, err)
		}
	})
}
