package cce

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"

	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
)

// Query parameters.
const (
	paramCluster  = "cluster_id"
	paramTemplate = "addon_template_name"
	paramVersion  = "version"
	paramNewest   = "newest"
	paramAbove    = "base_update_addon_version"
)

var parameters = []string{paramCluster, paramTemplate, paramVersion, paramNewest, paramAbove}

var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// refOf reads what names an object: an id where it has the form of one, else a name.
func refOf(kind, text string) hub.Ref {
	if uuidForm.MatchString(text) {
		return hub.Ref{Kind: kind, ID: types.UID(text)}
	}
	return hub.Ref{Kind: kind, Name: text}
}

// refIn returns the add-on that a request names, as far as path, query and host tell.
func refIn(r *http.Request, variables map[string]string) hub.Ref {
	ref := refOf(fleetv1.KindAddon, variables[varAddon])
	if ref.ID != "" {
		return ref
	}
	cluster := hostPrefix(r.Host)
	if values, err := queryOf(r); err == nil && values.Get(paramCluster) != "" {
		cluster = values.Get(paramCluster)
	}
	if cluster != "" {
		on := refOf(fleetv1.KindCluster, cluster)
		ref.Cluster = &on
	}
	return ref
}

// queryOf reads the parameters of a request. What cannot be read is refused: ignored, it would be as if nothing was asked for.
func queryOf(r *http.Request) (url.Values, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, invalid("the query cannot be read: % must begin an escape, and a semicolon be escaped")
	}
	for _, name := range parameters {
		if len(values[name]) > 1 {
			return nil, invalid(name + ": is given more than once")
		}
	}
	return values, nil
}

// named is what names a cluster in the body of a request.
type named struct {
	// field is the member of the body, cluster its value, which may be empty.
	field, cluster string
}

// clusterOf finds the cluster that a request names: in the query, in the body, else in the host. It returns nil if nothing names
// one.
func (d *Dialect) clusterOf(r *http.Request, call *facade.Call, body named) (*hub.Record, error) {
	values, err := queryOf(r)
	if err != nil {
		return nil, err
	}
	ctx, query := r.Context(), values.Get(paramCluster)
	switch {
	case query != "" && body.cluster != "" && query != body.cluster:
		return d.sameCluster(ctx, call, query, body)
	case query != "":
		return d.cluster(ctx, call, query)
	case body.cluster != "":
		return d.cluster(ctx, call, body.cluster)
	}
	prefix := hostPrefix(r.Host)
	if prefix == "" {
		return nil, nil
	}
	found, err := d.cluster(ctx, call, prefix)
	if errors.Is(err, errUnknownCluster) {
		return nil, nil // any host may be in front of the server
	}
	return found, err
}

// sameCluster finds the cluster that is named twice: by its id, and by its name.
func (d *Dialect) sameCluster(ctx context.Context, call *facade.Call, query string, body named) (*hub.Record, error) {
	one, err := d.cluster(ctx, call, query)
	if err == nil {
		if other, err := d.cluster(ctx, call, body.cluster); err == nil && other.ID == one.ID {
			return one, nil
		}
	}
	return nil, invalid(paramCluster + ": differs from " + body.field)
}

// cluster finds a cluster by its id or its name.
func (d *Dialect) cluster(ctx context.Context, call *facade.Call, text string) (*hub.Record, error) {
	ref := refOf(fleetv1.KindCluster, text)
	found, err := d.hub.Get(ctx, call.Caller.Namespace, ref)
	if ref.ID != "" && hub.ReasonOf(err) == hub.NotFound {
		found, err = d.hub.Get(ctx, call.Caller.Namespace, hub.Ref{Kind: fleetv1.KindCluster, Name: text})
	}
	if hub.ReasonOf(err) == hub.NotFound {
		return nil, errUnknownCluster
	}
	return found, err
}

// ownCluster finds the cluster that a request must name, and that the caller must have the right to read.
func (d *Dialect) ownCluster(r *http.Request, call *facade.Call, body named) (*hub.Record, error) {
	found, err := d.clusterOf(r, call, body)
	switch {
	case err != nil:
		return nil, err
	case found == nil && body.field != "":
		return nil, invalid(body.field + ": is missing")
	case found == nil:
		return nil, invalid(paramCluster + ": is missing")
	}
	return found, may(r.Context(), call, facade.Right{Verb: "get", Resource: resourceClusters, Name: found.Name})
}

// addon finds the add-on that a request names: by its id, or, where a cluster is named, by its instance name. On another cluster
// than the named one it is not found.
func (d *Dialect) addon(r *http.Request, call *facade.Call, body named) (*hub.Addon, error) {
	cluster, err := d.clusterOf(r, call, body)
	if err != nil {
		return nil, err
	}
	var on *hub.Ref
	if cluster != nil {
		on = &hub.Ref{Kind: fleetv1.KindCluster, ID: cluster.ID}
	}
	text := call.Variables[varAddon]
	if ref := refOf(fleetv1.KindAddon, text); ref.ID != "" {
		ref.Cluster = on
		if found, err := d.hub.Addon(r.Context(), call.Caller.Namespace, ref); hub.ReasonOf(err) != hub.NotFound {
			return found, err
		}
	}
	if on == nil {
		return nil, errUnknownAddon
	}
	found, err := d.hub.Addon(r.Context(), call.Caller.Namespace, hub.Ref{Kind: fleetv1.KindAddon, Name: text, Cluster: on})
	if err != nil {
		return nil, unknownAddon(err)
	}
	// The right was asked for before the body was read, and with it the cluster.
	return found, may(r.Context(), call, facade.Right{Verb: call.Route.Verb, Resource: resourceAddons, Name: found.Object.Name})
}

// may tells whether the caller has a right beside that of the route.
func may(ctx context.Context, call *facade.Call, right facade.Right) error {
	if call.May == nil {
		return nil
	}
	return call.May(ctx, right)
}
