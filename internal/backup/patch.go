package backup

import (
	"context"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// fieldOwner is under whose name a restore writes. In the end the fields belong to whom they belonged.
const fieldOwner = client.FieldOwner("slipway-restore")

// merge sends a merge patch.
func (r *restoring) merge(ctx context.Context, object *unstructured.Unstructured, change map[string]any) error {
	patch, err := asJSON(change)
	if err != nil {
		return err
	}
	return r.to.Patch(ctx, object, client.RawPatch(types.MergePatchType, patch), fieldOwner)
}

func asJSON(value any) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("writing a patch: %w", err)
	}
	return text, nil
}
