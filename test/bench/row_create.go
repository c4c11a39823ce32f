package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/slipway-dev/slipway/test/bench/load"
)

const (
	creators = 8
	// creates is how many objects each closed load creates.
	creates = 300
	// calm is the rate of creations at which latencies are measured.
	calm = 40
)

// creation makes requests that create objects, each of another name.
type creation struct {
	// row is the row of the report, what is the dialect where the row has several.
	row, what string
	// path is where the objects are in the kube-apiserver, prefix begins all their names.
	path, prefix string
	// post is a request to the facade to create the n-th object.
	post func(endpoint load.Endpoint, n int, name string) []byte
	// member is the Cluster that the n-th object belongs to, where it belongs to one.
	member func(n int) *member

	made atomic.Int64
	// template is what the facade stores, as JSON, with the names left open.
	template string
}

// What is left open in a template.
const (
	openName    = "name-goes-here"
	openCluster = "cluster-goes-here"
	openUID     = "uid-goes-here"
)

// measureCreate compares creating a Cluster through the facade with creating the very same object in the kube-apiserver. The
// manager does not run, and there are no webhooks: both would cost both sides the same, and make them more alike.
func measureCreate(ctx context.Context, b *bench) error {
	c := &creation{row: "create", path: clustersPath, prefix: "created-", post: postCluster}
	if err := c.learn(ctx, b); err != nil {
		return err
	}
	if err := b.compareCreation(ctx, c); err != nil {
		return err
	}
	return c.cleanUp(ctx, b)
}

// postCluster is a request to create a Cluster.
func postCluster(endpoint load.Endpoint, _ int, name string) []byte {
	object := newCluster(name, 1)
	body := fmt.Appendf(nil, `{"kind":"Cluster","name":%q,"labels":%s,"spec":%s}`, object.Name, mustJSON(object.Labels), object.Spec.Parameters.Raw)
	return endpoint.Request(http.MethodPost, base+"/clusters", body)
}

// compareCreation measures creations through the facade against those of the same objects in the kube-apiserver.
func (b *bench) compareCreation(ctx context.Context, c *creation) error {
	rest := func(n int) []byte { return c.rest(b.rest, n) }
	raw := func(n int) []byte { return c.raw(b.raw, n) }
	if _, err := load.Closed(ctx, load.Job{Endpoint: b.rest, Make: rest, Check: created}, creators, load.Extent{Count: 50}); err != nil {
		return fmt.Errorf("warming up: %w", err)
	}
	label := func(what string) string {
		return strings.Join(slices.DeleteFunc([]string{c.row, c.what, what}, empty), " ")
	}
	warm, rawWarm, err := b.abab(ctx, 2, closedCreation(label("facade"), b.rest, rest), closedCreation(label("raw"), b.raw, raw))
	if err != nil {
		return err
	}
	b.note(c.row, c.titled("facade, warm review"), warm)
	b.note(c.row, c.titled("kube-apiserver"), rawWarm)
	calmly, rawCalmly, err := b.abab(ctx, 2, b.calmCreation(label("facade calm"), b.rest, rest), b.calmCreation(label("raw calm"), b.raw, raw))
	if err != nil {
		return err
	}
	b.note(c.row, c.titled(fmt.Sprintf("facade, %d/s", calm)), calmly)
	b.note(c.row, c.titled(fmt.Sprintf("kube-apiserver, %d/s", calm)), rawCalmly)
	cold, rawCold, err := b.createCold(ctx, c, label("cold"))
	if err != nil {
		return err
	}
	b.note(c.row, c.titled("facade, new identities"), cold)
	b.note(c.row, c.titled("kube-apiserver, new identities"), rawCold)
	// The facade's watch sees raw creations too, which is no part of what they need.
	throughFacade, least := []string{facadeName, "kube-apiserver", "etcd"}, []string{"kube-apiserver", "etcd"}
	b.judgeCreate(c, "warm, CPU", 1.25, warm.per(throughFacade...), rawWarm.per(least...), warm)
	b.judgeCreate(c, "warm, p50", 1.25, milliseconds(calmly.Percentile(0.5)), milliseconds(rawCalmly.Percentile(0.5)), calmly)
	b.judgeCreate(c, "cold, CPU", 1.6, cold.per(throughFacade...), rawCold.per(least...), cold)
	b.judgeCreate(c, "cold, p50", 1.6, milliseconds(cold.Percentile(0.5)), milliseconds(rawCold.Percentile(0.5)), cold)
	return nil
}

func empty(word string) bool { return word == "" }

// titled names a figure, with the dialect where the row has several.
func (c *creation) titled(what string) string {
	if c.what == "" {
		return what
	}
	return c.what + ": " + what
}

// created expects that something was created: the dialects have three ways of saying so.
func created(_ int, answer load.Answer) error {
	switch answer.Status {
	case http.StatusOK, http.StatusCreated, http.StatusAccepted:
		return nil
	default:
		return fmt.Errorf("answered with status %d: %.300s", answer.Status, answer.Body)
	}
}

func closedCreation(what string, endpoint load.Endpoint, make func(int) []byte) side {
	return side{what, func(ctx context.Context, _ int) (load.Result, error) {
		return load.Closed(ctx, load.Job{Endpoint: endpoint, Make: make, Check: created}, creators, load.Extent{Count: creates})
	}}
}

func (b *bench) calmCreation(what string, endpoint load.Endpoint, make func(int) []byte) side {
	return side{what, func(ctx context.Context, _ int) (load.Result, error) {
		return load.Open(ctx, load.Job{Endpoint: endpoint, Make: make, Check: created}, calm, creators, load.Extent{Duration: b.options.seconds})
	}}
}

// createCold has every request made by another identity, of whom neither server has heard.
func (b *bench) createCold(ctx context.Context, c *creation, label string) (measured, measured, error) {
	endpoints := make([]load.Endpoint, 2*creates)
	err := b.each(ctx, len(endpoints), func(ctx context.Context, connection *load.Connection, i int) error {
		name := fmt.Sprintf("stranger-%s-%d", c.prefix, i)
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
	through := func(what string, endpoint load.Endpoint, identities []load.Endpoint, request func(load.Endpoint, int) []byte) side {
		return side{what, func(ctx context.Context, turn int) (load.Result, error) {
			job := load.Job{Endpoint: endpoint, Check: created, Make: func(n int) []byte {
				as := endpoint
				as.Token = identities[n].Token
				return request(as, n)
			}}
			half := len(identities) / 2
			return load.Closed(ctx, job, creators, load.Extent{Count: half, From: turn * half})
		}}
	}
	return b.abab(ctx, 2,
		through(label+" facade", b.rest, endpoints[:creates], c.rest), through(label+" raw", b.raw, endpoints[creates:], c.raw))
}

func (c *creation) name() string { return fmt.Sprintf("%s%06d", c.prefix, c.made.Add(1)) }

// rest is a request to the facade.
func (c *creation) rest(endpoint load.Endpoint, n int) []byte { return c.post(endpoint, n, c.name()) }

// raw is a request to the kube-apiserver to create what the facade would.
func (c *creation) raw(endpoint load.Endpoint, n int) []byte {
	filled := []string{openName, c.name()}
	if c.member != nil {
		m := c.member(n)
		filled = append(filled, openCluster, m.object.Name, openUID, string(m.object.UID))
	}
	return endpoint.Request(http.MethodPost, c.path, []byte(strings.NewReplacer(filled...).Replace(c.template)))
}

func mustJSON(value any) []byte {
	content, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("encoding %T: %v", value, err)) // a map of strings, or an object of ours
	}
	return content
}

// learn has the facade create one object, and looks at what it stored.
func (c *creation) learn(ctx context.Context, b *bench) error {
	connection := load.NewConnection(b.rest)
	defer connection.Close()
	if err := do(ctx, connection, c.rest(b.rest, 0), nil); err != nil {
		return fmt.Errorf("creating the first object: %w", err)
	}
	objects, err := c.stored(ctx, b)
	if err != nil {
		return err
	}
	if len(objects) != 1 {
		return fmt.Errorf("after the first creation %d objects are stored", len(objects))
	}
	open := []string{nameOf(objects[0]), openName}
	if c.member != nil {
		m := c.member(0)
		open = append(open, m.object.Name, openCluster, string(m.object.UID), openUID)
	}
	c.template = strings.NewReplacer(open...).Replace(string(mustJSON(bareObject(objects[0]))))
	return nil
}

// bareObject returns an object without what the kube-apiserver and the controllers put on it.
func bareObject(object map[string]any) map[string]any {
	kept := map[string]any{}
	metadata, _ := object["metadata"].(map[string]any)
	for _, key := range []string{"namespace", "name", "labels", "annotations", "finalizers", "ownerReferences"} {
		if value, ok := metadata[key]; ok {
			kept[key] = value
		}
	}
	bare := maps.Clone(object)
	bare["metadata"] = kept
	delete(bare, "status")
	return bare
}

func nameOf(object map[string]any) string {
	metadata, _ := object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	return name
}

// stored returns the objects of the creation.
func (c *creation) stored(ctx context.Context, b *bench) ([]map[string]any, error) {
	all, err := list[map[string]any](ctx, b, c.path)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(object map[string]any) bool { return !strings.HasPrefix(nameOf(object), c.prefix) }), nil
}

func (b *bench) judgeCreate(c *creation, what string, target, facade, raw float64, m measured) {
	b.report.Rows = append(b.report.Rows, outcome{
		Name: c.row, What: c.titled(what), Target: fmt.Sprintf("≤ %.2f×", target), Met: facade <= target*raw,
		Measured: fmt.Sprintf("%.2f ms; written for %d: %s", facade, m.Count(), m.writes),
		Ratio:    times(facade, raw), Against: fmt.Sprintf("raw create, %.2f ms", raw),
	})
}

// cleanUp makes sure that every answered creation is stored, and removes them all.
func (c *creation) cleanUp(ctx context.Context, b *bench) error {
	objects, err := c.stored(ctx, b)
	if err != nil {
		return err
	}
	if len(objects) != int(c.made.Load()) {
		last := &b.report.Rows[len(b.report.Rows)-1]
		last.Wrong = append(last.Wrong, fmt.Sprintf("%d objects are stored of %d that were answered", len(objects), c.made.Load()))
	}
	return b.removeAll(ctx, c.path, objects)
}

// removeAll removes objects with all that keeps them.
func (b *bench) removeAll(ctx context.Context, path string, objects []map[string]any) error {
	return b.each(ctx, len(objects), func(ctx context.Context, connection *load.Connection, i int) error {
		object := path + "/" + nameOf(objects[i])
		free := b.admin.Request(http.MethodPatch, object, []byte(`{"metadata":{"finalizers":null}}`), mergePatch)
		if err := do(ctx, connection, free, nil); err != nil {
			return fmt.Errorf("freeing %s: %w", object, err)
		}
		if err := do(ctx, connection, b.admin.Request(http.MethodDelete, object, nil), nil); err != nil {
			return fmt.Errorf("removing %s: %w", object, err)
		}
		return nil
	})
}
