package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/test/bench/load"
)

const (
	creators = 8
	// creates is how many objects each closed load creates.
	creates = 300
	// calm is the rate of creations at which latencies are measured.
	calm = 40
)

// creation makes requests that create Clusters, each of another name.
type creation struct {
	made atomic.Int64
	// template is what the facade stores, as JSON, with the name left open.
	template string
}

const openName = "name-goes-here"

// measureCreate compares creating a Cluster through the facade with creating the very same object in the kube-apiserver. The
// manager does not run, and there are no webhooks: both would cost both sides the same, and make them more alike.
func measureCreate(ctx context.Context, b *bench) error {
	c := &creation{}
	if err := c.learn(ctx, b); err != nil {
		return err
	}
	rest := func(int) []byte { return c.rest(b.rest) }
	raw := func(int) []byte { return c.raw(b.raw) }
	if _, err := load.Closed(ctx, load.Job{Endpoint: b.rest, Make: rest}, creators, load.Extent{Count: 50}); err != nil {
		return fmt.Errorf("warming up: %w", err)
	}
	warm, rawWarm, err := b.abab(ctx, 2, closedCreation("create facade", b.rest, rest), closedCreation("create raw", b.raw, raw))
	if err != nil {
		return err
	}
	b.note("create", "facade, warm review", warm)
	b.note("create", "kube-apiserver", rawWarm)
	calmly, rawCalmly, err := b.abab(ctx, 2, b.calmCreation("create facade calm", b.rest, rest), b.calmCreation("create raw calm", b.raw, raw))
	if err != nil {
		return err
	}
	b.note("create", fmt.Sprintf("facade, %d/s", calm), calmly)
	b.note("create", fmt.Sprintf("kube-apiserver, %d/s", calm), rawCalmly)
	cold, rawCold, err := b.createCold(ctx, c)
	if err != nil {
		return err
	}
	b.note("create", "facade, new identities", cold)
	b.note("create", "kube-apiserver, new identities", rawCold)
	// The facade's watch sees raw creations too, which is no part of what they need.
	throughFacade, least := []string{facadeName, "kube-apiserver", "etcd"}, []string{"kube-apiserver", "etcd"}
	b.judgeCreate("warm, CPU", 1.25, warm.per(throughFacade...), rawWarm.per(least...), warm)
	b.judgeCreate("warm, p50", 1.25, milliseconds(calmly.Percentile(0.5)), milliseconds(rawCalmly.Percentile(0.5)), calmly)
	b.judgeCreate("cold, CPU", 1.6, cold.per(throughFacade...), rawCold.per(least...), cold)
	b.judgeCreate("cold, p50", 1.6, milliseconds(cold.Percentile(0.5)), milliseconds(rawCold.Percentile(0.5)), cold)
	return c.cleanUp(ctx, b)
}

func closedCreation(what string, endpoint load.Endpoint, make func(int) []byte) side {
	return side{what, func(ctx context.Context, _ int) (load.Result, error) {
		return load.Closed(ctx, load.Job{Endpoint: endpoint, Make: make}, creators, load.Extent{Count: creates})
	}}
}

func (b *bench) calmCreation(what string, endpoint load.Endpoint, make func(int) []byte) side {
	return side{what, func(ctx context.Context, _ int) (load.Result, error) {
		return load.Open(ctx, load.Job{Endpoint: endpoint, Make: make}, calm, creators, load.Extent{Duration: b.options.seconds})
	}}
}

// createCold has every request made by another identity, of whom neither server has heard.
func (b *bench) createCold(ctx context.Context, c *creation) (measured, measured, error) {
	endpoints := make([]load.Endpoint, 2*creates)
	err := b.each(ctx, len(endpoints), func(ctx context.Context, connection *load.Connection, i int) error {
		name := fmt.Sprintf("stranger-%d", i)
		account := fmt.Appendf(nil, `{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":%q}}`, name)
		if err := do(ctx, connection, b.admin.Request(http.MethodPost, accountsOf(namespace), account), nil); err != nil {
			return fmt.Errorf("creating an account: %w", err)
		}
		endpoints[i] = b.raw
		var err error
		endpoints[i].Token, err = b.token(ctx, connection, namespace, name)
		return err
	})
	if err != nil {
		return measured{}, measured{}, err
	}
	through := func(what string, endpoint load.Endpoint, identities []load.Endpoint, request func(load.Endpoint) []byte) side {
		return side{what, func(ctx context.Context, turn int) (load.Result, error) {
			job := load.Job{Endpoint: endpoint, Make: func(n int) []byte {
				as := endpoint
				as.Token = identities[n].Token
				return request(as)
			}}
			half := len(identities) / 2
			return load.Closed(ctx, job, creators, load.Extent{Count: half, From: turn * half})
		}}
	}
	return b.abab(ctx, 2,
		through("create facade cold", b.rest, endpoints[:creates], c.rest), through("create raw cold", b.raw, endpoints[creates:], c.raw))
}

// prefix is that of all names of created Clusters.
const prefix = "created-"

func (c *creation) name() string { return fmt.Sprintf("%s%06d", prefix, c.made.Add(1)) }

// rest is a request to the facade.
func (c *creation) rest(endpoint load.Endpoint) []byte {
	object := newCluster(c.name(), 1)
	body := fmt.Appendf(nil, `{"kind":"Cluster","name":%q,"labels":%s,"spec":%s}`, object.Name, mustJSON(object.Labels), object.Spec.Parameters.Raw)
	return endpoint.Request(http.MethodPost, base+"/clusters", body)
}

// raw is a request to the kube-apiserver to create what the facade would.
func (c *creation) raw(endpoint load.Endpoint) []byte {
	return endpoint.Request(http.MethodPost, clustersPath, []byte(strings.Replace(c.template, openName, c.name(), 1)))
}

func mustJSON(value any) []byte {
	content, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("encoding %T: %v", value, err)) // a map of strings, or an object of ours
	}
	return content
}

// learn has the facade create one Cluster, and looks at what it stored.
func (c *creation) learn(ctx context.Context, b *bench) error {
	connection := load.NewConnection(b.rest)
	defer connection.Close()
	if err := do(ctx, connection, c.rest(b.rest), nil); err != nil {
		return fmt.Errorf("creating the first Cluster: %w", err)
	}
	raw := load.NewConnection(b.admin)
	defer raw.Close()
	var stored fleetv1.Cluster
	name := fmt.Sprintf("%s%06d", prefix, c.made.Load())
	if err := do(ctx, raw, b.admin.Request(http.MethodGet, clustersPath+"/"+name, nil), &stored); err != nil {
		return fmt.Errorf("looking at the first Cluster: %w", err)
	}
	stored.ObjectMeta = metav1.ObjectMeta{
		Namespace: namespace, Name: openName, Labels: stored.Labels, Annotations: stored.Annotations, Finalizers: stored.Finalizers,
	}
	stored.Status = fleetv1.ClusterStatus{}
	c.template = string(mustJSON(&stored))
	return nil
}

func (b *bench) judgeCreate(what string, target, facade, raw float64, m measured) {
	b.report.Rows = append(b.report.Rows, outcome{
		Name: "create", What: what, Target: fmt.Sprintf("≤ %.2f×", target), Met: facade <= target*raw,
		Measured: fmt.Sprintf("%.2f ms; written for %d: %s", facade, m.Count(), m.writes),
		Ratio:    times(facade, raw), Against: fmt.Sprintf("raw create, %.2f ms", raw),
	})
}

// cleanUp makes sure that every answered creation is stored, and removes them all.
func (c *creation) cleanUp(ctx context.Context, b *bench) error {
	stored, err := list[metav1.PartialObjectMetadata](ctx, b, clustersPath)
	if err != nil {
		return err
	}
	var names []string
	for _, object := range stored {
		if strings.HasPrefix(object.Name, prefix) {
			names = append(names, object.Name)
		}
	}
	if len(names) != int(c.made.Load()) {
		last := &b.report.Rows[len(b.report.Rows)-1]
		last.Wrong = append(last.Wrong, fmt.Sprintf("%d Clusters are stored of %d that were answered", len(names), c.made.Load()))
	}
	return b.each(ctx, len(names), func(ctx context.Context, connection *load.Connection, i int) error {
		path := clustersPath + "/" + names[i]
		free := b.admin.Request(http.MethodPatch, path, []byte(`{"metadata":{"finalizers":null}}`), mergePatch)
		if err := do(ctx, connection, free, nil); err != nil {
			return fmt.Errorf("freeing %s: %w", names[i], err)
		}
		if err := do(ctx, connection, b.admin.Request(http.MethodDelete, path, nil), nil); err != nil {
			return fmt.Errorf("removing %s: %w", names[i], err)
		}
		return nil
	})
}
