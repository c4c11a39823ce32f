package hub

import (
	"context"
	"errors"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
)

// RollbackAddon implements AddonWriter.
func (s *Store) RollbackAddon(ctx context.Context, caller Caller, ref Ref) (*Addon, error) {
	addon, err := s.steer(ctx, caller, ref, func(_ context.Context, present *Addon) (*turn, error) { return rolledBack(present) })
	if known, ok := errors.AsType[*Error](err); ok && known.Reason == Invalid {
		// The catalogue has changed: what was deployed once cannot be any more. There is nothing the caller sent that could be wrong.
		return nil, &Error{Reason: WrongState, Message: "The previous version cannot be deployed any more" + first(known.Faults), Err: err}
	}
	return addon, err
}

func first(faults []Fault) string {
	if len(faults) == 0 {
		return ""
	}
	return ": " + faults[0].Message
}

// rolledBack returns what a rollback makes of an add-on: its previous version, with what that was last deployed with.
func rolledBack(present *Addon) (*turn, error) {
	if why := unrollable(present); why != "" {
		return nil, &Error{Reason: WrongState, Message: why}
	}
	version := present.Template.Version(present.Previous)
	if err := gate(version, catalog.ClusterVersion(present.Cluster.Cluster)); err != nil {
		return nil, err
	}
	deployed := lastDeployed(present.Object, present.Previous)
	return &turn{
		task: fleetv1.OperationAddonRollback, version: deployed.Version, params: deployed.Params, valuesFrom: deployed.ValuesFrom,
	}, nil
}
