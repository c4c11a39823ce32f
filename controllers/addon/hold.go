package addon

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
)

// hold is the error of a phase that an add-on cannot get past at present. It carries what the conditions will say; the
// status is set from it in one place.
type hold struct {
	reason  string
	message string
	// ready is the status of Ready: False, or Unknown where an installed add-on may well work.
	ready metav1.ConditionStatus
	// stalled tells that nothing changes before somebody changes something.
	stalled bool
}

// Error returns the reason and the message.
func (h *hold) Error() string { return h.reason + ": " + h.message }

// wait holds an add-on until something comes about by itself.
func wait(reason, format string, args ...any) error {
	return &hold{reason: reason, message: fmt.Sprintf(format, args...), ready: metav1.ConditionFalse}
}

// stall holds an add-on until somebody changes something.
func stall(reason, format string, args ...any) error {
	return &hold{reason: reason, message: fmt.Sprintf(format, args...), ready: metav1.ConditionFalse, stalled: true}
}

// invalid holds an add-on whose params are at fault.
func invalid(faults []params.Fault) error {
	return stall(fleetv1.ReasonInvalidParams, "%s", params.Join(faults))
}
