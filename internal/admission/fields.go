package admission

import (
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
)

// fields turns faults into field errors. The values stay out: a message that may quote one does so itself.
func fields(faults []params.Fault) field.ErrorList {
	list := make(field.ErrorList, 0, len(faults))
	for _, fault := range faults {
		list = append(list, &field.Error{
			Type: field.ErrorTypeInvalid, Field: fault.Path, BadValue: field.OmitValueType{}, Detail: fault.Message,
		})
	}
	return list
}

// invalid returns the errors as the API server does its own, nil for none.
func invalid(kind, name string, list field.ErrorList) error {
	if len(list) == 0 {
		return nil
	}
	return apierrors.NewInvalid(schema.GroupKind{Group: fleetv1.GroupName, Kind: kind}, name, list)
}
