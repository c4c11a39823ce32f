package conditions

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// PatchStatus writes the status of after if it differs from before, and reports whether it wrote. before is the object as it
// was read, after the same object with a new status. The write carries the resource version that was read: if somebody
// wrote in between it fails with a conflict, which internal/outcome turns into a quiet repetition.
func PatchStatus(ctx context.Context, c client.Client, before, after client.Object) (bool, error) {
	if equality.Semantic.DeepEqual(before, after) {
		return false, nil
	}
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := c.Status().Patch(ctx, after, patch); err != nil {
		return false, fmt.Errorf("patching the status of %T %s: %w", after, client.ObjectKeyFromObject(after), err)
	}
	return true, nil
}
