package operation

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/census"
	"github.com/slipway-dev/slipway/internal/operation"
)

// seconds is how long tasks took.
var seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{
	Namespace: "slipway", Subsystem: "operation", Name: "duration_seconds",
	Help:    "How long tasks took from the change to their end, by type and state.",
	Buckets: prometheus.ExponentialBuckets(1, 4, 8),
}, []string{"type", "state"})

func init() { metrics.Registry.MustRegister(seconds) }

// ended counts a task that is over.
func ended(record *fleetv1.Operation) {
	if took := record.Status.EndTime.Sub(record.Spec.StartTime.Time); took >= 0 {
		seconds.WithLabelValues(taskOf(record), string(record.Status.State)).Observe(took.Seconds())
	}
}

var (
	running = &census.Gauge{
		Name: "operations_in_progress", Labels: []string{"type"},
		Help: "How many tasks are in progress, by type.",
	}
	runningFor = &census.Gauge{
		Name: "operations_age_seconds", Labels: []string{"type"},
		Help: "For how long the oldest task in progress has been so, by type.",
	}
)

// inProgress tells of the tasks that are not over.
var inProgress = census.Census{
	Gauges: []*census.Gauge{running, runningFor},
	Take: func(ctx context.Context, reader client.Reader, tally *census.Tally) error {
		var list fleetv1.OperationList
		if err := reader.List(ctx, &list, client.UnsafeDisableDeepCopy); err != nil {
			return err
		}
		for i := range list.Items {
			record := &list.Items[i]
			if record.Status.EndTime == nil {
				tally.Count(running, taskOf(record))
				tally.Age(runningFor, record.Spec.StartTime.Time, taskOf(record))
			}
		}
		return nil
	},
}

// taskOf is the type of a record as a metric shows it: clients may have any type recorded.
func taskOf(record *fleetv1.Operation) string {
	if operation.IsTask(record.Spec.Type) {
		return record.Spec.Type
	}
	return "other"
}
