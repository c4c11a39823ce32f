package iaas

import (
	"context"
	"net/http"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/iaas/wire"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// list lists the add-ons of a cluster.
func (d *Dialect) list(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	addons, err := d.hub.Addons(r.Context(), call.Caller.Namespace, clusterOf(call.Variables))
	if err != nil {
		return noCluster(err)
	}
	shown := make(wire.Instances, 0, len(addons))
	for _, addon := range addons {
		shown = append(shown, shownInstance(addon, call.Variables[varCluster]))
	}
	reply.JSON(w, http.StatusOK, reply.Encode(shown))
	return nil
}

// get shows one add-on.
func (d *Dialect) get(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	addon, err := d.hub.Addon(r.Context(), call.Caller.Namespace, addonOf(call.Variables))
	if err != nil {
		return d.whichIsMissing(r.Context(), call, err)
	}
	reply.JSON(w, http.StatusOK, reply.Encode(shownInstance(addon, call.Variables[varCluster])))
	return nil
}

// uninstall begins the removal of an add-on. The answer is empty.
func (d *Dialect) uninstall(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	if _, err := d.hub.DeleteAddon(r.Context(), call.Caller, addonOf(call.Variables)); err != nil {
		return d.whichIsMissing(r.Context(), call, err)
	}
	reply.Write(w, http.StatusAccepted, nil)
	return nil
}

// noCluster is the error of a request whose cluster was looked for.
func noCluster(err error) error {
	if hub.ReasonOf(err) == hub.NotFound {
		return &failure{status: http.StatusNotFound, detail: detailNoCluster}
	}
	return err
}

// whichIsMissing tells an unknown cluster from an unknown add-on.
func (d *Dialect) whichIsMissing(ctx context.Context, call *facade.Call, err error) error {
	if hub.ReasonOf(err) != hub.NotFound {
		return err
	}
	if _, err := d.hub.Get(ctx, call.Caller.Namespace, clusterOf(call.Variables)); err != nil {
		return noCluster(err)
	}
	return err
}
