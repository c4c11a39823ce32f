//go:build e2e

package hyperfleet

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/testing/tenant"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// The server, and who asks where there is no Kubernetes to make identities with.
var (
	flagURL   = flag.String("url", os.Getenv("SLIPWAY_URL"), "the server, for example https://127.0.0.1:8443")
	flagCA    = flag.String("ca", os.Getenv("SLIPWAY_CA"), "file with the authority of the server's certificate; empty for the system's")
	flagToken = flag.String("token", os.Getenv("SLIPWAY_TOKEN"), "bearer token of a tenant's administrator")
	flagOther = flag.String("other-token", "", "bearer token of another tenant's administrator")
	flagNone  = flag.String("nobody-token", "", "bearer token of somebody without rights in the first tenant")
	flagRead  = flag.String("reader-token", "", "bearer token of somebody who may only read in the first tenant")
	flagBound = flag.String("bound-token", "", "bearer token of somebody bound to the adapter dns in the first tenant")
	flagKube  = flag.String("kube", os.Getenv("KUBECONFIG"), "kubeconfig of the management cluster; empty if there is none")
)

// world is what the cases run in.
type world struct {
	server *server
	// kube is nil where there is no access to Kubernetes.
	kube   client.Client
	config *rest.Config
	// shared is the tenant of all cases that have none of their own; nil without kube.
	shared, foreign *tenant.Tenant
	given           map[string]*identity
	suite           suite

	mutex        sync.Mutex
	certificates map[string]*identity
}

func newWorld(t *testing.T) *world {
	t.Helper()
	if *flagURL == "" {
		t.Fatal("no server to test: give -url, or source the env file of the local environment")
	}
	w := &world{server: newServer(t, *flagURL, *flagCA), suite: loadSuite(t), certificates: map[string]*identity{}}
	w.given = map[string]*identity{"anonymous": {client: w.server.plain}, "garbage": w.server.bearer("nonsense", "")}
	if *flagKube == "" {
		for name, token := range map[string]string{
			"tenant": *flagToken, "other": *flagOther, "nobody": *flagNone, "reader": *flagRead, "bound": *flagBound,
		} {
			if token != "" {
				w.given[name] = w.server.bearer(token, "")
			}
		}
		return w
	}
	config, err := clientcmd.BuildConfigFromFlags("", *flagKube)
	if err != nil {
		t.Fatal(err)
	}
	config.QPS = -1
	w.config = config
	if w.kube, err = client.New(config, client.Options{Scheme: testenv.Scheme()}); err != nil {
		t.Fatal(err)
	}
	w.shared, w.foreign = w.newTenant(t, nil), w.newTenant(t, nil)
	return w
}

func (w *world) newTenant(t *testing.T, wish *platformWish) *tenant.Tenant {
	t.Helper()
	made := tenant.Wish{Prefix: "conformance", Cluster: []string{"dns", "validation"}, NodePool: []string{"validation"}}
	if wish != nil {
		if len(wish.Cluster) > 0 {
			made.Cluster = wish.Cluster
		}
		if len(wish.NodePool) > 0 {
			made.NodePool = wish.NodePool
		}
		if !wish.Spec.IsZero() {
			if err := decodeNode(&wish.Spec, &made.Platform); err != nil {
				t.Fatal(err)
			}
		}
	}
	return tenant.New(t.Context(), t, w.kube, made)
}

// identity finds or makes an identity for a case in the tenant home, which is nil without access to Kubernetes.
func (w *world) identity(ctx context.Context, t *testing.T, home *tenant.Tenant, name string) *identity {
	t.Helper()
	if known := w.given[name]; known != nil {
		return known
	}
	if home == nil {
		t.Fatalf("nobody gave the identity %q", name)
	}
	account := func(in *tenant.Tenant, name string) *identity {
		return w.server.bearer(in.Token(ctx, t, name), in.Author(name))
	}
	switch name {
	case "tenant":
		return account(home, tenant.Admin)
	case tenant.Reader, tenant.Editor, tenant.Nobody, tenant.Bound:
		return account(home, name)
	case "tenant by X-Auth-Token":
		who := account(home, tenant.Admin)
		who.header = http.Header{"X-Auth-Token": {home.Token(ctx, t, tenant.Admin)}}
		return who
	case "aggregated":
		who, err := aggregated(w.config, home.Namespace)
		if err != nil {
			t.Fatal(err)
		}
		return who
	case "other":
		return account(w.foreign, tenant.Admin)
	case "other bound":
		return account(w.foreign, tenant.Bound)
	}
	return w.certified(ctx, t, home, name)
}

// certified makes the identities that come with a client certificate. They name their tenant in a header.
func (w *world) certified(ctx context.Context, t *testing.T, home *tenant.Tenant, name string) *identity {
	t.Helper()
	kinds := map[string]struct {
		user, by string
		groups   []string
	}{
		"address":  {"ops@fleet.example.com", "ops@fleet.example.com", []string{home.Admins()}},
		"odd name": {"::Müller & (ops)::", "M.ller.ops@slipway.local", []string{home.Admins()}},
		"group":    {"remote-dns", "remote-dns@slipway.local", []string{"fleet.slipway.dev:adapter:dns"}},
		// It has rights of its own beside the binding.
		"group admin": {"remote-dns", "remote-dns@slipway.local", []string{"fleet.slipway.dev:adapter:dns", home.Admins()}},
	}
	kind, found := kinds[name]
	if !found {
		t.Fatalf("no identity is called %q", name)
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	key := name + " in " + home.Namespace
	if w.certificates[key] == nil {
		certificate := tenant.Certificate(ctx, t, w.kube, kind.user, kind.groups...)
		w.certificates[key] = w.server.certified(certificate, home.Namespace, kind.by)
	}
	return w.certificates[key]
}

// playable tells whether a case can be played here, and if not, what is missing.
func (w *world) playable(c testCase) (string, bool) {
	if w.kube != nil {
		return "", true
	}
	if w.suite.needsKubernetes(c) {
		return "access to Kubernetes", false
	}
	for _, name := range append(w.suite.identities(c), "tenant") {
		if w.given[name] == nil {
			return fmt.Sprintf("the identity %q", name), false
		}
	}
	return "", true
}
