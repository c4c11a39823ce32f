package suite

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
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

// World is what the cases run in.
type World struct {
	// Kube is nil where there is no access to Kubernetes.
	Kube   client.Client
	Config *rest.Config
	// Shared is the tenant of all cases that have none of their own, and Foreign another one; nil without Kube.
	Shared, Foreign *tenant.Tenant

	dialect Dialect
	server  *server
	given   map[string]*Identity

	mutex        sync.Mutex
	certificates map[string]*Identity
}

// NewWorld finds the server that the flags name, and makes the tenants.
func NewWorld(t *testing.T, dialect Dialect) *World {
	t.Helper()
	if *flagURL == "" {
		t.Fatal("no server to test: give -url, or source the env file of the local environment")
	}
	w := &World{dialect: dialect, server: newServer(t, *flagURL, *flagCA), certificates: map[string]*Identity{}}
	w.given = map[string]*Identity{"anonymous": {client: w.server.plain}, "garbage": w.server.bearer("nonsense", "")}
	if *flagKube == "" {
		for name, token := range map[string]string{
			"tenant": *flagToken, "other": *flagOther, tenant.Nobody: *flagNone, tenant.Reader: *flagRead, tenant.Bound: *flagBound,
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
	w.Config = config
	if w.Kube, err = client.New(config, client.Options{Scheme: testenv.Scheme()}); err != nil {
		t.Fatal(err)
	}
	w.Shared, w.Foreign = w.newTenant(t, nil), w.newTenant(t, nil)
	return w
}

func (w *World) newTenant(t *testing.T, wish *PlatformWish) *tenant.Tenant {
	t.Helper()
	wished := w.dialect.Tenant
	if wish != nil {
		if len(wish.Cluster) > 0 {
			wished.Cluster = wish.Cluster
		}
		if len(wish.NodePool) > 0 {
			wished.NodePool = wish.NodePool
		}
		if !wish.Spec.IsZero() {
			if err := decodeNode(&wish.Spec, &wished.Platform); err != nil {
				t.Fatal(err)
			}
		}
	}
	made := tenant.New(t.Context(), t, w.Kube, wished)
	if w.dialect.Prepare != nil {
		w.dialect.Prepare(t.Context(), t, w, made)
	}
	return made
}

// Identity finds or makes an identity for a case in the tenant home, which is nil without access to Kubernetes.
func (w *World) Identity(ctx context.Context, t *testing.T, home *tenant.Tenant, name string) *Identity {
	t.Helper()
	if known := w.given[name]; known != nil {
		return known
	}
	if home == nil {
		t.Fatalf("nobody gave the identity %q", name)
	}
	if elsewhere, found := strings.CutPrefix(name, "other "); found {
		return w.account(ctx, t, w.Foreign, elsewhere)
	}
	switch name {
	case "tenant":
		return w.account(ctx, t, home, tenant.Admin)
	case "other":
		return w.account(ctx, t, w.Foreign, tenant.Admin)
	case tenant.Reader, tenant.Editor, tenant.Nobody, tenant.Bound:
		return w.account(ctx, t, home, name)
	case "tenant by X-Auth-Token":
		who := w.account(ctx, t, home, tenant.Admin)
		who.Header = http.Header{"X-Auth-Token": {home.Token(ctx, t, tenant.Admin)}}
		return who
	case "tenant by certificate":
		return w.Certified(ctx, t, home, Subject{User: name, Groups: []string{home.Admins()}})
	case "aggregated":
		who, err := aggregated(w.Config, home.Namespace, w.dialect)
		if err != nil {
			t.Fatal(err)
		}
		return who
	}
	if w.dialect.Identify != nil {
		if who := w.dialect.Identify(ctx, t, w, home, name); who != nil {
			return who
		}
	}
	t.Fatalf("no identity is called %q", name)
	return nil
}

// account is the identity of a tenant's service account.
func (w *World) account(ctx context.Context, t *testing.T, home *tenant.Tenant, name string) *Identity {
	t.Helper()
	return w.server.bearer(home.Token(ctx, t, name), home.Author(name))
}

// Subject is whom a client certificate is for.
type Subject struct {
	User   string
	Groups []string
	// By is how the server shows the user as an author.
	By string
}

// Certified makes an identity that comes with a client certificate and names its tenant in a header. A subject is certified once
// in each tenant.
func (w *World) Certified(ctx context.Context, t *testing.T, home *tenant.Tenant, subject Subject) *Identity {
	t.Helper()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	key := fmt.Sprintf("%v in %s", subject, home.Namespace)
	if w.certificates[key] == nil {
		certificate := tenant.Certificate(ctx, t, w.Kube, subject.User, subject.Groups...)
		w.certificates[key] = w.certified(certificate, home.Namespace, subject.By)
	}
	return w.certificates[key]
}

func (w *World) certified(certificate tls.Certificate, namespace, by string) *Identity {
	return &Identity{By: by, Header: http.Header{"X-Project-Id": {namespace}}, client: w.server.client(certificate)}
}

// playable tells whether a case can be played here, and if not, what is missing.
func (w *World) playable(cases collection, c Case) (string, bool) {
	if w.Kube != nil {
		return "", true
	}
	if cases.needsKubernetes(c) {
		return "access to Kubernetes", false
	}
	for _, name := range append(cases.identities(c), "tenant") {
		if w.given[name] == nil {
			return fmt.Sprintf("the identity %q", name), false
		}
	}
	return "", true
}
