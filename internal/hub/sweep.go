package hub

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// sweepPeriod is how often expired records of requests are looked for.
	sweepPeriod = 10 * time.Minute
	// sweepPage is how many are listed at a time.
	sweepPage = 500
)

// Sweep removes expired records of requests from time to time, until the context ends. Each replica may run it.
func (s *Store) Sweep(ctx context.Context) error {
	ticker := s.Clock.NewTicker(sweepPeriod)
	defer ticker.Stop()
	for {
		if err := s.sweepOnce(ctx); err != nil && ctx.Err() == nil {
			ctrl.LoggerFrom(ctx).Error(err, "Removing expired records of requests failed")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C():
		}
	}
}

// sweepOnce reads metadata only: answers are large.
func (s *Store) sweepOnce(ctx context.Context) error {
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ConfigMapList"))
	for {
		err := s.Client.List(ctx, list, client.InNamespace(s.SystemNamespace), client.HasLabels{recordLabel},
			client.Limit(sweepPage), client.Continue(list.Continue))
		if err != nil {
			return fmt.Errorf("listing the records of requests: %w", err)
		}
		for i := range list.Items {
			if err := s.sweepOne(ctx, &list.Items[i]); err != nil {
				return err
			}
		}
		if list.Continue == "" {
			return nil
		}
	}
}

func (s *Store) sweepOne(ctx context.Context, object *metav1.PartialObjectMetadata) error {
	if !expired(object, s.Clock.Now()) {
		return nil
	}
	meta := corev1.ConfigMap{ObjectMeta: object.ObjectMeta}
	return s.remove(ctx, &record{ConfigMap: &meta})
}
