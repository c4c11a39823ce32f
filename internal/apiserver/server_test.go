package apiserver

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"
	"k8s.io/client-go/kubernetes"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

const aggregated = "/apis/rest.slipway.dev/v1alpha1"

// The steps build on each other, as the life of a server does.
func TestServer(t *testing.T) {
	w := newWorld(t)
	w.cluster("team-a", "one")
	w.cluster("team-b", "two")
	certificate := w.certify()
	w.start()

	t.Run("until the index is filled the server is not ready", w.notReady)
	w.apply("-k", filepath.Join(testenv.Root(), "config", "rbac"))
	w.eventually(call{path: "/readyz"}, http.StatusOK)

	callers := w.callers()
	t.Run("every kind of caller is known", callers.known)
	t.Run("who is not known or has no right is told so in the dialect's words", callers.refused)
	t.Run("requests are signed with access keys", callers.signs)
	t.Run("what the server itself serves is for those who may see it", callers.own)
	t.Run("its metrics are those of the page on observability", metricsOfThePage)
	t.Run("a request is known by its id and its trace wherever it is told of", callers.followed)
	w.aggregate(certificate)
	t.Run("discovery and OpenAPI of the management cluster stay in order", w.discovery)
	t.Run("the management cluster is a way to the dialects", w.throughAggregator)
	t.Run("the audit log says what a request was about", w.audited)
	t.Run("a new certificate is taken up", w.rotated)
	t.Run("a server that ends answers what it has, and ends the streams", callers.ends)
}

func (w *world) notReady(t *testing.T) {
	w.eventually(call{path: "/livez"}, http.StatusOK)
	r := w.do(call{path: "/readyz"})
	if r.status != http.StatusInternalServerError || !strings.Contains(string(r.body), "[-]index failed") {
		t.Errorf("readyz: %d %s", r.status, r.body)
	}
	r = w.do(call{path: things, token: "any"})
	if diff := cmp.Diff(said{Refused: http.StatusServiceUnavailable}, r.said(t)); diff != "" || r.header.Get("Retry-After") == "" {
		t.Errorf("a request before the index is filled: %v\n%s", r.header, diff)
	}
	if r := w.do(call{path: "/api/tiny"}); r.status != http.StatusOK {
		t.Errorf("a public route before the index is filled: %d %s", r.status, r.body)
	}
}

// callers are those who call, by what they show.
type callers struct {
	*world
	editor, reporter, stranger string
	person, proxy              *tls.Certificate
}

func (w *world) callers() *callers {
	w.Helper()
	proxy, err := tls.X509KeyPair(w.FrontProxy.Certificate, w.FrontProxy.Key)
	w.must(err)
	someone, err := w.User("jane@example.com", "people")
	w.must(err)
	person, err := tls.X509KeyPair(someone.Config().CertData, someone.Config().KeyData)
	w.must(err)
	w.grant("team-a", "slipway-viewer", rbacv1.Subject{Kind: rbacv1.GroupKind, APIGroup: rbacv1.GroupName, Name: "people"})
	w.grant("team-b", "slipway-viewer", rbacv1.Subject{Kind: rbacv1.GroupKind, APIGroup: rbacv1.GroupName, Name: "people"})
	c := &callers{
		world: w, person: &person, proxy: &proxy,
		editor:   w.account("team-b", "editor", nil, "slipway-viewer", "slipway-editor"),
		reporter: w.account("team-b", "reporter", map[string]string{fleetv1.AnnotationAdapters: "dns"}),
		stranger: w.account("team-b", "stranger", nil),
	}
	report := call{method: http.MethodPost, path: "/api/tiny/v1/reports", token: c.reporter}
	w.eventually(report, http.StatusOK) // the binding arrives by a watch
	return c
}

func (c *callers) known(t *testing.T) {
	editor := said{User: "system:serviceaccount:team-b:editor", Namespace: "team-b", Path: things, Names: []string{"two"}}
	jane := said{User: "jane@example.com", Namespace: "team-a", Path: things, Names: []string{"one"}}
	janeElsewhere := jane
	janeElsewhere.Namespace, janeElsewhere.Names = "team-b", []string{"two"}
	proxied := http.Header{"X-Remote-User": {"jane@example.com"}, "X-Remote-Group": {"people"}}
	elsewhere := http.Header{"X-Remote-User": {"jane@example.com"}, "X-Remote-Group": {"people"},
		"X-Remote-Extra-Fleet.slipway.dev%2fproject": {"team-b"}}
	for name, tc := range map[string]struct {
		call call
		want said
	}{
		"a bearer token":                     {call: call{path: things, token: c.editor}, want: editor},
		"a bearer token over plain HTTP":     {call: call{path: things, token: c.editor, plain: true}, want: editor},
		"a token in its other header":        {call: call{path: things, header: http.Header{"X-Auth-Token": {c.editor}}}, want: editor},
		"a client certificate":               {call: call{path: things, certificate: c.person}, want: jane},
		"a project by its header":            {call: call{path: things, certificate: c.person, header: http.Header{"X-Project-Id": {"team-b"}}}, want: janeElsewhere},
		"a front proxy":                      {call: call{path: things, certificate: c.proxy, header: proxied}, want: jane},
		"a project that a front proxy names": {call: call{path: things, certificate: c.proxy, header: elsewhere}, want: janeElsewhere},
		"an account that is bound to an adapter": {
			call: call{method: http.MethodPost, path: "/api/tiny/v1/reports", token: c.reporter},
			want: said{User: "system:serviceaccount:team-b:reporter", Namespace: "team-b", Path: "/api/tiny/v1/reports", Adapters: []string{"dns"}},
		},
		"nobody, on a public route": {call: call{path: "/api/tiny"}, want: said{Path: "/api/tiny"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := c.do(tc.call)
			if diff := cmp.Diff(tc.want, r.said(t)); diff != "" || r.status != http.StatusOK {
				t.Errorf("status %d (-want +got):\n%s", r.status, diff)
			}
			if r.header.Get("X-Request-Id") == "" {
				t.Errorf("the answer has no id: %v", r.header)
			}
		})
	}
}

func (c *callers) refused(t *testing.T) {
	for name, tc := range map[string]struct {
		call call
		want said
	}{
		"no credentials":      {call: call{path: things}, want: said{Refused: 401, Cause: "NoCredentials"}},
		"a token of nobody's": {call: call{path: things, token: "nonsense"}, want: said{Refused: 401, Cause: "BadCredentials"}},
		"headers of a front proxy from somebody else": {
			call: call{path: things, certificate: c.person, header: http.Header{"X-Remote-User": {"admin"}, "X-Remote-Group": {"system:masters"}}},
			want: said{Refused: 401, Cause: "ForgedHeaders"},
		},
		"headers of a front proxy over plain HTTP": {
			call: call{path: things, plain: true, header: http.Header{"X-Remote-User": {"admin"}}},
			want: said{Refused: 401, Cause: "ForgedHeaders"},
		},
		"impersonation": {
			call: call{path: things, token: c.editor, header: http.Header{"Impersonate-User": {"admin"}}},
			want: said{Refused: 401, Cause: "ForgedHeaders"},
		},
		"no right at all":        {call: call{path: things, token: c.stranger}, want: said{Refused: 403, Cause: "NoRight"}},
		"no right to write":      {call: call{method: http.MethodPost, path: things, certificate: c.person}, want: said{Refused: 403, Cause: "NoRight"}},
		"no right elsewhere":     {call: call{path: things, token: c.editor, header: http.Header{"X-Project-Id": {"team-a"}}}, want: said{Refused: 403, Cause: "NoRight"}},
		"a path that is no path": {call: call{path: "/api/tiny/v1/nothing", token: c.editor}, want: said{Refused: 404, Cause: "NoRoute"}},
		"a method that is none":  {call: call{method: http.MethodDelete, path: things, token: c.editor}, want: said{Refused: 405, Cause: "NoMethod"}},
		"a handler that panics":  {call: call{path: "/api/tiny/v1/panic", token: c.editor}, want: said{Refused: 500}},
	} {
		t.Run(name, func(t *testing.T) {
			r := c.do(tc.call)
			if diff := cmp.Diff(tc.want, r.said(t)); diff != "" || r.status != tc.want.Refused {
				t.Errorf("status %d (-want +got):\n%s", r.status, diff)
			}
			if got := r.header.Get("Content-Type"); got != "application/tiny+json" {
				t.Errorf("content type %q is not the dialect's", got)
			}
		})
	}
}

func (c *callers) own(t *testing.T) {
	for name, tc := range map[string]struct {
		call call
		want int
	}{
		"everybody sees whether it lives":        {call: call{path: "/healthz"}, want: http.StatusOK},
		"everybody sees its version":             {call: call{path: "/version"}, want: http.StatusOK},
		"nobody sees the metrics without right":  {call: call{path: "/metrics", token: c.stranger}, want: http.StatusForbidden},
		"those who are known see the groups":     {call: call{path: "/apis", token: c.stranger}, want: http.StatusOK},
		"those who are known see the documents":  {call: call{path: "/openapi/v3", token: c.stranger}, want: http.StatusOK},
		"the root is a dialect's":                {call: call{path: "/"}, want: http.StatusOK},
		"below the root a dialect has its paths": {call: call{path: "/v1/things", token: c.editor}, want: http.StatusOK},
		"below the root the rest is not its own": {call: call{path: "/things", token: c.stranger}, want: http.StatusForbidden},
		"impersonation is not looked at":         {call: call{path: "/metrics", token: c.stranger, header: http.Header{"Impersonate-User": {"admin"}, "Impersonate-Group": {"system:masters"}}}, want: http.StatusForbidden},
		"a path beside the dialects is not here": {call: call{path: "/api/other", token: c.stranger}, want: http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			if r := c.do(tc.call); r.status != tc.want {
				t.Errorf("status %d, want %d: %s", r.status, tc.want, r.body)
			}
		})
	}
	monitor := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "monitor"},
		Rules: []rbacv1.PolicyRule{{Verbs: []string{"get"}, NonResourceURLs: []string{"/metrics"}}}}
	c.must(c.Client.Create(t.Context(), monitor))
	c.must(c.Client.Create(t.Context(), &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "monitor"}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "monitor"},
		Subjects: []rbacv1.Subject{{Kind: rbacv1.GroupKind, APIGroup: rbacv1.GroupName, Name: "people"}},
	}))
	c.eventually(call{path: "/metrics", certificate: c.person}, http.StatusOK)
	r := c.do(call{path: "/metrics", certificate: c.person})
	if want := `slipway_facade_requests_total{code="403",dialect="tiny",method="GET",route="/v1/things"}`; !strings.Contains(string(r.body), want) {
		t.Errorf("the metrics lack %s", want)
	}
}

// aggregate makes the facade an aggregated API.
func (w *world) aggregate(authority []byte) {
	w.Helper()
	w.must(w.Client.Create(w.Context(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "slipway-system", Name: "api"},
		Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: "localhost"},
	}))
	service := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
		"metadata": map[string]any{"name": "v1alpha1.rest.slipway.dev"},
		"spec": map[string]any{
			"group": "rest.slipway.dev", "version": "v1alpha1", "groupPriorityMinimum": int64(1000), "versionPriority": int64(15), "caBundle": authority,
			"service": map[string]any{"namespace": "slipway-system", "name": "api", "port": int64(w.options.Serving.BindPort)},
		},
	}}
	content, err := json.Marshal(service)
	w.must(err)
	w.apply("-f", w.file("apiservice.json", content))
	clients, err := kubernetes.NewForConfig(w.Config)
	w.must(err)
	NewWithT(w).Eventually(func() error {
		_, err := clients.RESTClient().Get().AbsPath(aggregated).DoRaw(w.Context())
		return err
	}, patience, "100ms").Should(Succeed())
}

func (w *world) discovery(t *testing.T) {
	clients, err := kubernetes.NewForConfig(w.Config)
	w.must(err)
	get := func(path string) (string, error) {
		body, err := clients.RESTClient().Get().AbsPath(path).DoRaw(t.Context())
		return string(body), err
	}
	for path, want := range map[string]string{
		"/apis/rest.slipway.dev": `{"kind":"APIGroup","apiVersion":"v1","name":"rest.slipway.dev",` +
			`"versions":[{"groupVersion":"rest.slipway.dev/v1alpha1","version":"v1alpha1"}],` +
			`"preferredVersion":{"groupVersion":"rest.slipway.dev/v1alpha1","version":"v1alpha1"}}`,
		aggregated: `{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"rest.slipway.dev/v1alpha1","resources":[]}`,
	} {
		body, err := get(path)
		if err != nil || strings.TrimSpace(body) != want {
			t.Errorf("%s: %v\n%s", path, err, body)
		}
	}
	g := NewWithT(t)
	// The aggregator takes a moment to collect what each server says of itself.
	g.Eventually(func() (string, error) { return get("/openapi/v3") }, patience, "100ms").Should(ContainSubstring(`"apis/rest.slipway.dev/v1alpha1"`))
	g.Expect(get("/openapi/v3" + aggregated)).To(ContainSubstring(`"getRestSlipwayDevV1alpha1APIResources"`))
	g.Expect(get("/openapi/v2")).To(ContainSubstring(`"swagger"`))

	groups, resources, err := clients.Discovery().ServerGroupsAndResources()
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(groups).To(ContainElement(HaveField("Name", "rest.slipway.dev")))
	g.Expect(resources).NotTo(BeEmpty())
	_, err = clients.Discovery().ServerPreferredResources()
	g.Expect(err).NotTo(HaveOccurred())
}

func (w *world) throughAggregator(t *testing.T) {
	path := aggregated + "/tiny/v1/things"
	get := func(user string, groups ...string) (said, error) {
		person, err := w.User(user, groups...)
		w.must(err)
		clients, err := kubernetes.NewForConfig(person.Config())
		w.must(err)
		// The error says less than the body does, which is the dialect's.
		body, err := clients.RESTClient().Get().AbsPath(path).DoRaw(t.Context())
		var s said
		return s, errors.Join(err, json.Unmarshal(body, &s))
	}
	got, err := get("root", "system:masters")
	if diff := cmp.Diff(said{User: "root", Namespace: "team-a", Path: things, Names: []string{"one"}}, got); diff != "" || err != nil {
		t.Errorf("an administrator: %v\n%s", err, diff)
	}
	if _, err := get("jane@example.com", "people"); err == nil {
		t.Error("somebody without the right to the door came through")
	}
	w.must(w.Client.Create(t.Context(), &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "door"}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "slipway-rest-caller"},
		Subjects: []rbacv1.Subject{{Kind: rbacv1.GroupKind, APIGroup: rbacv1.GroupName, Name: "system:authenticated"}},
	}))
	NewWithT(t).Eventually(func() (said, error) { return get("jane@example.com", "people") }, patience, "100ms").
		Should(HaveField("User", "jane@example.com"))
	if got, err := get("nobody@example.com"); err == nil || got.Cause != "NoRight" {
		t.Errorf("the door is not the lock: %v, %v", got, err)
	}
}

func (w *world) audited(t *testing.T) {
	file, err := os.Open(filepath.Join(w.dir, "audit.log"))
	w.must(err)
	defer file.Close()
	found := false
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var event auditv1.Event
		w.must(json.Unmarshal(lines.Bytes(), &event))
		if event.Stage != auditv1.StageResponseComplete || event.User.Username != "system:serviceaccount:team-b:editor" || event.Verb != "list" ||
			event.ResponseStatus.Code != http.StatusOK {
			continue
		}
		found = true
		want := auditv1.ObjectReference{Resource: "clusters", Namespace: "team-b", APIGroup: "fleet.slipway.dev", APIVersion: "v1alpha1"}
		if diff := cmp.Diff(&want, event.ObjectRef); diff != "" {
			t.Errorf("%s is about (-want +got):\n%s", event.RequestURI, diff)
		}
	}
	if !found {
		t.Error("the audit log does not know of the editor")
	}
}

func (w *world) rotated(t *testing.T) {
	if _, err := w.try(call{path: "/healthz"}); err != nil {
		t.Fatal(err)
	}
	w.certify()
	NewWithT(t).Eventually(func() error {
		_, err := w.try(call{path: "/healthz"})
		return err
	}, patience, "100ms").Should(Succeed())
}

func (c *callers) ends(t *testing.T) {
	stream, err := c.request(call{path: "/api/tiny/v1/things?watch=true", token: c.editor})
	c.must(err)
	defer stream.Body.Close()
	<-c.streaming
	c.stop()
	// For a while it goes on serving, and says that it is going.
	c.eventually(call{path: "/readyz"}, http.StatusInternalServerError)
	if r := c.do(call{path: things, token: c.editor}); r.status != http.StatusOK {
		t.Errorf("a request during the delay: %d %s", r.status, r.body)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = bufio.NewReader(stream.Body).ReadString(0)
	}()
	select {
	case <-read:
	case <-ctx.Done():
		t.Fatal("the stream goes on")
	}
	select {
	case err := <-c.ended:
		if err != nil {
			t.Errorf("the server ended with an error: %v", err)
		}
	case <-ctx.Done():
		t.Fatal("the server goes on")
	}
}
