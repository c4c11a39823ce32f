package nks

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestRoots(t *testing.T) {
	handler := newServer(t, newFakeHub(), Options{})
	root := `{"name":"Slipway NKS API","description":"Slipway manages Kubernetes clusters for clients of NHN Kubernetes Service and OpenStack Magnum.",` +
		`"versions":[{"id":"v1","status":"CURRENT","min_version":"1.1","max_version":"1.12","links":[{"href":"http://nks.example.com/v1/","rel":"self"}]}]}`
	version := `{"id":"v1","media_types":[{"base":"application/json","type":"application/vnd.openstack.magnum.v1+json"}],` +
		`"links":[{"href":"http://nks.example.com/v1/","rel":"self"}],` +
		`"clusters":[{"href":"http://nks.example.com/v1/clusters/","rel":"self"},{"href":"http://nks.example.com/clusters/","rel":"bookmark"}],` +
		`"nodegroups":[{"href":"http://nks.example.com/v1/clusters/{cluster_id}/nodegroups/","rel":"self"},` +
		`{"href":"http://nks.example.com/clusters/{cluster_id}/nodegroups/","rel":"bookmark"}],` +
		`"certificates":[{"href":"http://nks.example.com/v1/certificates/","rel":"self"},{"href":"http://nks.example.com/certificates/","rel":"bookmark"}]}`
	answered(t, ask(t, handler, "GET /", ""), http.StatusOK, root)
	answered(t, ask(t, handler, "GET /v1", ""), http.StatusOK, version)
	answered(t, ask(t, handler, "GET /v1/", ""), http.StatusOK, version)
	answered(t, ask(t, handler, "GET /apis/rest.slipway.dev/v1alpha1/nks/", ""), http.StatusOK, root)
}

func TestSupports(t *testing.T) {
	h := newFakeHub()
	handler := newServer(t, h, Options{})
	versions := func() map[string]bool {
		t.Helper()
		var body supports
		w := ask(t, handler, "GET /v1/supports", "")
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if diff := cmp.Diff(knownEvents, body.EventTypes); diff != "" {
			t.Error(diff)
		}
		return body.Versions
	}
	guide := versions()
	if len(guide) != 14 || guide["v1.26.3"] || !guide["v1.27.3"] {
		t.Errorf("without a Platform there are %v", guide)
	}
	h.platform = fixture.Platform("metal")
	if diff := cmp.Diff(guide, versions()); diff != "" {
		t.Error(diff)
	}
	h.platform.Spec.KubernetesVersions = []fleetv1.KubernetesVersion{{Version: "v1.36.2", Supported: true}, {Version: "v1.35.1"}}
	if diff := cmp.Diff(map[string]bool{"v1.36.2": true, "v1.35.1": false}, versions()); diff != "" {
		t.Error(diff)
	}
}

func TestAccess(t *testing.T) {
	h := newFakeHub()
	h.fleets[0].Cluster.Cluster.Spec.APIEndpoint = &fleetv1.APIEndpoint{AccessControl: &fleetv1.AccessControl{Policy: "Deny", Targets: []fleetv1.AccessTarget{
		{CIDR: "192.168.0.5"}, {CIDR: "10.10.22.3/24", Description: "Your <Friends>"},
	}}}
	answered(t, ask(t, newServer(t, h, Options{}), "GET /v1/clusters/test-k8s/api_ep_ipacl", ""), http.StatusOK,
		`{"cluster_uuid":"`+string(clusterID)+`","enable":"true","action":"DENY","ipacl_targets":[{"cidr_address":"192.168.0.5"},`+
			`{"cidr_address":"10.10.22.3/24","description":"Your <Friends>"}]}`)
}

func TestAutoscaling(t *testing.T) {
	const line = "GET /v1/clusters/test-k8s/nodegroups/default-worker/autoscale"
	h := newFakeHub()
	handler := newServer(t, h, Options{})
	answered(t, ask(t, handler, line, ""), http.StatusOK, `{"ca_enable":false,"ca_min_node_count":1,"ca_max_node_count":10,`+
		`"ca_scale_down_unneeded_time":10,"ca_scale_down_util_thresh":50,"ca_scale_down_delay_after_add":10,"ca_scale_down_enable":true,`+
		`"clusterautoscale":"nodegroupfeature"}`)
	fleet := h.fleets[0]
	fleet.Platform = fixture.Platform("metal", func(p *fleetv1.Platform) { p.Spec.MaxNodesPerPool = 7 })
	fleet.Cluster.Cluster.Spec.Extensions = &fleetv1.Extensions{NKS: fixture.JSON(`{"labels":{"ca_image":"autoscaler:1"}}`)}
	fleet.Pools[0].NodePool.Spec.Autoscaling = &fleetv1.Autoscaling{
		Enabled: true, MinReplicas: new(int32(2)), ScaleDown: &fleetv1.ScaleDown{
			Enabled: new(bool), UnneededMinutes: new(int32(3)), DelayAfterAddMinutes: new(int32(4)), UtilizationPercent: new(int32(60)),
		},
	}
	answered(t, ask(t, handler, line, ""), http.StatusOK, `{"ca_enable":true,"ca_min_node_count":2,"ca_max_node_count":7,`+
		`"ca_scale_down_unneeded_time":3,"ca_scale_down_util_thresh":60,"ca_scale_down_delay_after_add":4,"ca_scale_down_enable":false,`+
		`"clusterautoscale":"nodegroupfeature","ca_image":"autoscaler:1"}`)
	fleet.Pools[0].NodePool.Spec.Autoscaling.MaxReplicas = new(int32(5))
	fleet.Pools[0].NodePool.Spec.Extensions = &fleetv1.Extensions{NKS: fixture.JSON(`{"labels":{"ca_image":5}}`)}
	if got := ask(t, handler, line, "").Body.String(); !strings.Contains(got, `"ca_max_node_count":5`) || !strings.HasSuffix(got, `"ca_image":5}`) {
		t.Errorf("answered %s", got)
	}
}

func TestKubeconfigs(t *testing.T) {
	h := newFakeHub()
	handler := newServer(t, h, Options{})
	answered(t, ask(t, handler, "GET /v1/clusters/test-k8s/config", ""), http.StatusOK, `{"config":"kind: Config # <&>\n"}`)
	h.fail = &hub.Error{Reason: hub.WrongState, Message: "The cluster has no kubeconfig yet"}
	answered(t, ask(t, handler, "GET /v1/clusters/test-k8s/config", ""), http.StatusConflict, failedWith("409", "The cluster has no kubeconfig yet."))
}

const certificateLinks = `"links":[{"href":"http://nks.example.com/v1/certificates/` + string(clusterID) + `","rel":"self"},` +
	`{"href":"http://nks.example.com/certificates/` + string(clusterID) + `","rel":"bookmark"}]}`

func TestAuthorities(t *testing.T) {
	h := newFakeHub()
	handler := newServer(t, h, Options{})
	answered(t, ask(t, handler, "GET /v1/certificates/test-k8s", ""), http.StatusOK,
		`{"cluster_uuid":"`+string(clusterID)+`","pem":"AUTHORITY",`+certificateLinks)
	h.fail = &hub.Error{Reason: hub.WrongState, Message: "Not yet"}
	answered(t, ask(t, handler, "GET /v1/certificates/test-k8s", ""), http.StatusConflict, failedWith("409", "Not yet."))
}

// newCSR is a request for a certificate in PEM; its signature is broken if that is asked for.
func newCSR(t *testing.T, broken bool) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "jane"}}, key)
	if err != nil {
		t.Fatal(err)
	}
	if broken {
		raw[len(raw)-1] ^= 1
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: raw}))
}

func TestSigned(t *testing.T) {
	h := newFakeHub()
	handler := newServer(t, h, Options{})
	csr := newCSR(t, false)
	body := func(members ...string) string {
		sent := map[string]string{}
		for i := 0; i < len(members); i += 2 {
			sent[members[i]] = members[i+1]
		}
		return string(reply.Encode(sent))
	}
	signed := `{"cluster_uuid":"` + string(clusterID) + `","csr":` + string(reply.Encode(csr)) + `,"pem":"SIGNED jane",` + certificateLinks
	for _, sent := range []string{
		body("cluster_uuid", "test-k8s", "csr", csr), body("cluster_uuid", string(clusterID), "csr", csr), body("bay_uuid", "test-k8s", "csr", csr),
	} {
		answered(t, ask(t, handler, "POST /v1/certificates", sent), http.StatusCreated, signed)
	}
	const bad = "Invalid input for field/attribute csr. Value should be a certificate request with a valid signature."
	for name, test := range map[string]struct{ body, want string }{
		"an unknown cluster":   {body("cluster_uuid", "nobody", "csr", csr), "Cluster nobody could not be found."},
		"no cluster":           {body("csr", csr), "Invalid input for field/attribute cluster_uuid. Value: 'None'. Value is required."},
		"no request":           {body("cluster_uuid", "test-k8s"), "Invalid input for field/attribute csr. Value: 'None'. Value is required."},
		"a broken signature":   {body("cluster_uuid", "test-k8s", "csr", newCSR(t, true)), bad},
		"what is no request":   {body("cluster_uuid", "test-k8s", "csr", "x"), "Invalid input for field/attribute csr. Value should be one certificate request in PEM."},
		"two requests":         {body("cluster_uuid", "test-k8s", "csr", csr+csr), "Invalid input for field/attribute csr. Value should be one certificate request in PEM."},
		"a certificate":        {body("cluster_uuid", "test-k8s", "csr", strings.ReplaceAll(csr, " REQUEST", "")), "Invalid input for field/attribute csr. Value should be one certificate request in PEM."},
		"garbage in a request": {body("cluster_uuid", "test-k8s", "csr", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: []byte("x")}))), bad},
	} {
		w := ask(t, handler, "POST /v1/certificates", test.body)
		var got errorList
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusBadRequest || got.Errors[0].Detail != test.want {
			t.Errorf("%s: answered %d %s\nwant %s", name, w.Code, w.Body, test.want)
		}
	}
	h.fail = &hub.Error{Reason: hub.WrongState, Message: "There is no key"}
	answered(t, ask(t, handler, "POST /v1/certificates", body("cluster_uuid", "test-k8s", "csr", csr)), http.StatusConflict, failedWith("409", "There is no key."))
}
