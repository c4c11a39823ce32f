package installation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

const (
	// drainEvery is how long Drain rests between two looks at what is left.
	drainEvery = 500 * time.Millisecond
	// namedInErrors is how many of the objects that stay are named.
	namedInErrors = 5
)

// drainOrder is the order in which kinds go. A group is gone before the next one is touched: whoever cleans up behind a
// Cluster needs its Platform and the templates of its add-ons.
var drainOrder = [][]string{{"Addon", "NodePool", "Cluster"}, {"AdapterStatus", "Operation"}, {"AddonTemplate", "Platform"}}

// Drain deletes the objects of the fleet in every namespace.
type Drain struct {
	// Client reads and deletes them.
	Client client.Client
	// Progress is told, a line at a time, what happens.
	Progress func(line string)
}

// Count says how many objects of each kind there are.
func (d *Drain) Count(ctx context.Context) error {
	for _, group := range drainOrder {
		for _, kind := range group {
			left, err := d.list(ctx, kind)
			if err != nil {
				return err
			}
			d.Progress(fmt.Sprintf("%-14s %d", kind, len(left)))
		}
	}
	return nil
}

// Run deletes them all and returns when they are gone. It fails when some are still there after the patience, and says which;
// what was deleted stays deleted, and running it again goes on from there.
func (d *Drain) Run(ctx context.Context, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, group := range drainOrder {
		if err := d.drainGroup(ctx, group); err != nil {
			return err
		}
	}
	d.Progress("the fleet is empty")
	return nil
}

// drainGroup deletes what it sees at each look, for somebody may still be creating.
func (d *Drain) drainGroup(ctx context.Context, kinds []string) error {
	var left []metav1.PartialObjectMetadata
	said := ""
	err := wait.PollUntilContextCancel(ctx, drainEvery, true, func(ctx context.Context) (bool, error) {
		seen, err := d.listAll(ctx, kinds)
		if err != nil {
			return false, err
		}
		left = seen // only of a look that was finished
		if line := summary(kinds, left); line != said {
			said = line
			d.Progress(line)
		}
		return len(left) == 0, d.delete(ctx, left)
	})
	if err != nil && len(left) > 0 && ctx.Err() != nil {
		return fmt.Errorf("%d objects are still there, and their conditions say why: %s; see that the manager and each adapter run, and drain again: %w",
			len(left), names(left), err)
	}
	if err != nil {
		return fmt.Errorf("draining: %w", err)
	}
	return nil
}

// delete asks for the end of what does not end yet.
func (d *Drain) delete(ctx context.Context, objects []metav1.PartialObjectMetadata) error {
	var errs []error
	for i := range objects {
		if !objects[i].DeletionTimestamp.IsZero() {
			continue
		}
		if err := d.Client.Delete(ctx, &objects[i]); client.IgnoreNotFound(err) != nil {
			errs = append(errs, fmt.Errorf("deleting %s: %w", name(&objects[i]), err))
		}
	}
	return errors.Join(errs...)
}

func (d *Drain) listAll(ctx context.Context, kinds []string) ([]metav1.PartialObjectMetadata, error) {
	var all []metav1.PartialObjectMetadata
	for _, kind := range kinds {
		some, err := d.list(ctx, kind)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// list returns the objects of a kind. A kind that is not served has none.
func (d *Drain) list(ctx context.Context, kind string) ([]metav1.PartialObjectMetadata, error) {
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(fleetv1.SchemeGroupVersion.WithKind(kind + "List"))
	err := d.Client.List(ctx, list)
	if apimeta.IsNoMatchError(err) || apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing every %s: %w", kind, err)
	}
	for i := range list.Items {
		list.Items[i].SetGroupVersionKind(schema.GroupVersionKind{Group: fleetv1.GroupName, Version: fleetv1.SchemeGroupVersion.Version, Kind: kind})
	}
	return list.Items, nil
}

// summary says how many of each kind are left.
func summary(kinds []string, left []metav1.PartialObjectMetadata) string {
	count := map[string]int{}
	for _, object := range left {
		count[object.Kind]++
	}
	parts := make([]string, 0, len(kinds))
	for _, kind := range kinds {
		parts = append(parts, fmt.Sprintf("%s %d", kind, count[kind]))
	}
	return "left: " + strings.Join(parts, ", ")
}

func names(objects []metav1.PartialObjectMetadata) string {
	some := make([]string, 0, namedInErrors)
	for i := range objects[:min(namedInErrors, len(objects))] {
		some = append(some, name(&objects[i]))
	}
	if len(objects) > namedInErrors {
		some = append(some, "…")
	}
	return strings.Join(some, ", ")
}

func name(object *metav1.PartialObjectMetadata) string {
	if object.Namespace == "" {
		return object.Kind + " " + object.Name
	}
	return object.Kind + " " + object.Namespace + "/" + object.Name
}
