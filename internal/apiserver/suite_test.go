package apiserver

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/cert"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/otlp"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

const patience = 30 * time.Second

// world is a management cluster and a facade on it that speaks tiny.
type world struct {
	*testing.T
	*testenv.Environment
	dir       string
	options   *Options
	collector *otlp.Receiver
	streaming chan struct{}
	secure    string // base URL
	plain     string
	authority *x509.CertPool
	stop      context.CancelFunc
	ended     chan error
}

// newWorld starts the management cluster. The facade's identity has no rights there but to ask who callers are.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		T: t, Environment: testenv.ForTest(t, testenv.Options{Aggregation: true}), dir: t.TempDir(), collector: otlp.Start(t),
		streaming: make(chan struct{}, 1), ended: make(chan error, 1),
	}
	w.must(w.Client.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "slipway-system"}}))
	w.apply("-f", filepath.Join(testenv.Root(), "config", "rbac", "apiserver", "delegation.yaml"))
	for _, name := range []string{"team-a", "team-b"} {
		w.must(w.Client.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}))
	}
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// apply applies manifests as an administrator.
func (w *world) apply(arguments ...string) {
	w.Helper()
	admin, err := w.User("admin", "system:masters")
	w.must(err)
	kubeconfig, err := admin.KubeConfig()
	w.must(err)
	file := w.file("admin.kubeconfig", kubeconfig)
	cmd := exec.CommandContext(w.Context(), filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl"),
		append([]string{"--kubeconfig", file, "apply", "--server-side"}, arguments...)...)
	if output, err := cmd.CombinedOutput(); err != nil {
		w.Fatalf("kubectl apply %v: %v\n%s", arguments, err, output)
	}
}

func (w *world) file(name string, content []byte) string {
	w.Helper()
	path := filepath.Join(w.dir, name)
	w.must(os.WriteFile(path, content, 0o600))
	return path
}

// certify writes a new certificate of the facade where it reads it, and trusts it alone.
func (w *world) certify() []byte {
	w.Helper()
	certificate, key, err := cert.GenerateSelfSignedCertKey("api.slipway-system.svc", []net.IP{net.IPv4(127, 0, 0, 1)}, nil)
	w.must(err)
	// The certificate comes last: the pair fits together when the facade notices it.
	w.file("tls.key", key)
	w.file("tls.crt", certificate)
	w.authority = x509.NewCertPool()
	w.authority.AppendCertsFromPEM(certificate)
	return certificate
}

// start starts the facade as the service account that it has in a cluster.
func (w *world) start() {
	w.Helper()
	account, err := w.User("system:serviceaccount:slipway-system:slipway-apiserver",
		"system:serviceaccounts", "system:serviceaccounts:slipway-system")
	w.must(err)
	kubeconfig, err := account.KubeConfig()
	w.must(err)
	file := w.file("facade.kubeconfig", kubeconfig)

	o := NewOptions()
	o.Kubeconfig, o.Authentication.RemoteKubeConfigFile, o.Authorization.RemoteKubeConfigFile = file, file, file
	o.AccessKeys = true
	o.DefaultNamespace, o.PlainHTTPAddress, o.ShutdownDelay = "team-a", "127.0.0.1:0", time.Second
	o.Serving.ServerCert.CertKey.CertFile = filepath.Join(w.dir, "tls.crt")
	o.Serving.ServerCert.CertKey.KeyFile = filepath.Join(w.dir, "tls.key")
	o.Audit.PolicyFile = w.file("audit-policy.yaml", []byte("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n"))
	o.Audit.LogOptions.Path = filepath.Join(w.dir, "audit.log")
	o.Tracing.ConfigFile = w.collector.ConfigFile(w.T)
	o.Serving.Listener, err = new(net.ListenConfig).Listen(w.Context(), "tcp", "127.0.0.1:0")
	w.must(err)
	w.secure, w.options = "https://"+o.Serving.Listener.Addr().String(), o

	config, err := o.Config(w.Context(), func(h hub.Hub) ([]facade.Dialect, error) {
		return []facade.Dialect{tiny{hub: h, streaming: w.streaming}, rooted{tiny{hub: h}}}, nil
	})
	w.must(err)
	server, err := config.New(w.Context())
	w.must(err)
	w.plain = "http://" + server.plain.listener.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	go func() { w.ended <- server.Run(ctx) }()
	w.Cleanup(stop)
}

// account makes a service account with roles in its namespace, and returns a token of it.
func (w *world) account(namespace, name string, annotations map[string]string, roles ...string) string {
	w.Helper()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Annotations: annotations}}
	w.must(w.Client.Create(w.Context(), account))
	for _, role := range roles {
		w.grant(namespace, role, rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: name})
	}
	request := &authenticationv1.TokenRequest{}
	w.must(w.Client.SubResource("token").Create(w.Context(), account, request))
	return request.Status.Token
}

func (w *world) grant(namespace, role string, subject rbacv1.Subject) {
	w.Helper()
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, GenerateName: role + "-"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
		Subjects:   []rbacv1.Subject{subject},
	}
	w.must(w.Client.Create(w.Context(), binding))
}

func (w *world) cluster(namespace, name string) {
	w.Helper()
	w.must(w.Client.Create(w.Context(), &fleetv1.Cluster{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Spec: fleetv1.ClusterSpec{PlatformName: "none"},
	}, &client.CreateOptions{}))
}

// call is a request to the facade.
type call struct {
	method, path, token string
	header              http.Header
	// certificate is that of the client.
	certificate *tls.Certificate
	// plain takes the way without TLS.
	plain bool
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// said reads what tiny answered.
func (r reply) said(t testing.TB) said {
	t.Helper()
	var s said
	if err := json.Unmarshal(r.body, &s); err != nil {
		t.Fatalf("tiny did not answer this: %d %s", r.status, r.body)
	}
	return s
}

func (w *world) client(certificate *tls.Certificate) *http.Client {
	config := &tls.Config{RootCAs: w.authority, MinVersion: tls.VersionTLS12}
	if certificate != nil {
		config.Certificates = []tls.Certificate{*certificate}
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}, Timeout: patience}
}

func (w *world) request(c call) (*http.Response, error) {
	base := w.secure
	if c.plain {
		base = w.plain
	}
	if c.method == "" {
		c.method = http.MethodGet
	}
	request, err := http.NewRequestWithContext(w.Context(), c.method, base+c.path, nil)
	if err != nil {
		return nil, err
	}
	for name, values := range c.header {
		request.Header[name] = values
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	return w.client(c.certificate).Do(request)
}

func (w *world) try(c call) (reply, error) {
	response, err := w.request(c)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return reply{status: response.StatusCode, header: response.Header, body: bytes.TrimSpace(body)}, err
}

func (w *world) do(c call) reply {
	w.Helper()
	r, err := w.try(c)
	w.must(err)
	return r
}

// eventually waits until the facade answers with a status.
func (w *world) eventually(c call, status int) {
	w.Helper()
	NewWithT(w).Eventually(func() (int, error) {
		r, err := w.try(c)
		return r.status, err
	}, patience, "50ms").Should(Equal(status), "%s", c.path)
}
