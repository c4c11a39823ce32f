package iaas

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// install installs an add-on. The form of the body is told first, then an unknown cluster, then what is wrong with the values.
func (d *Dialect) install(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	request, err := readInstallation(w, r)
	if err != nil {
		return err
	}
	cluster, err := d.hub.Get(r.Context(), call.Caller.Namespace, clusterOf(call.Variables))
	if err != nil {
		return noCluster(err)
	}
	wish, err := d.wish(r.Context(), request, cluster)
	if err != nil {
		return err
	}
	addon, err := d.create(r.Context(), call.Caller, wish)
	if err != nil {
		return noCluster(err)
	}
	reply.JSON(w, http.StatusAccepted, reply.Encode(shownInstance(addon, call.Variables[varCluster])))
	return nil
}

// wish is what a request asks the hub for, but for the name.
func (d *Dialect) wish(ctx context.Context, request installation, cluster *hub.Record) (hub.NewAddon, error) {
	template, err := d.hub.Template(ctx, request.addon)
	if hub.ReasonOf(err) == hub.NotFound {
		return hub.NewAddon{}, notInCatalogue(request.addon)
	}
	if err != nil {
		return hub.NewAddon{}, err
	}
	version := catalogueVersion(template)
	if version == nil {
		return hub.NewAddon{}, notInCatalogue(request.addon)
	}
	if err := request.check(template, version, cluster.Cluster); err != nil {
		return hub.NewAddon{}, err
	}
	return hub.NewAddon{
		Cluster: hub.Ref{Kind: fleetv1.KindCluster, ID: cluster.ID}, Template: template.Name, Version: version.Version,
		Params: request.rawParams(), Extensions: request.record(version),
	}, nil
}

// maxDraws is how often a name is drawn. On a cluster with 10,000 add-ons of one kind the chance that all are taken is 10 to the -35.
const maxDraws = 16

var errNoName = errors.New("no free name was drawn")

// create creates an add-on under a name that nothing on its cluster has.
func (d *Dialect) create(ctx context.Context, caller hub.Caller, wish hub.NewAddon) (*hub.Addon, error) {
	for range maxDraws {
		name, err := drawName(wish.Template, d.random)
		if err != nil {
			return nil, err
		}
		wish.Instance = name
		addon, err := d.hub.InstallAddon(ctx, caller, wish)
		if hub.ReasonOf(err) != hub.AlreadyExists {
			return addon, err
		}
	}
	return nil, fmt.Errorf("naming an add-on of template %s: %w", wish.Template, errNoName)
}

// Refuse implements facade.Dialect. The form of a body is told before a lack of rights, as clients of the published API expect.
func (*Dialect) Refuse(w http.ResponseWriter, r *http.Request, refusal facade.Refusal) {
	call := facade.From(r.Context())
	if refusal.Cause == facade.NoRight && call != nil && call.Route != nil && call.Route.Method == http.MethodPost {
		if _, err := readInstallation(w, r); err != nil {
			if wrong := translate(r.Context(), err); wrong.status == http.StatusUnprocessableEntity {
				wrong.write(w)
				return
			}
		}
	}
	refused(refusal).write(w)
}
