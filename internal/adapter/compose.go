package adapter

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
)

// The limits of the AdapterStatus's schema.
const (
	maxReason  = 1024
	maxMessage = 32768
)

// subject is what a report is about and when it was made.
type subject struct {
	generation int64
	deleting   bool
	now        time.Time
	// stored is the report as it stands in the AdapterStatus, or nil.
	stored *fleetv1.Report
}

// opening returns the first report about a target, from before the adapter was called.
func (s subject) opening() *fleetv1.Report {
	message := "the adapter has begun and cannot tell anything yet"
	return s.finish([]fleetv1.ReportCondition{
		condition(fleetv1.ReportAvailable, Unknown(fleetv1.ReasonReportOpened, message)),
		condition(fleetv1.ReportApplied, False(fleetv1.ReasonReportOpened, message)),
		condition(fleetv1.ReportHealth, True(fleetv1.ReasonReportOpened, message)),
	})
}

// success returns the stored form of what an adapter returned.
func (s subject) success(r Report) (*fleetv1.Report, error) {
	applied := r.Applied
	if applied.Status == "" {
		applied = r.Available
		if applied.Status != metav1.ConditionTrue {
			applied.Status = metav1.ConditionFalse
		}
	}
	health := r.Health
	if health.Status == "" {
		health = True(fleetv1.ReasonReconciled, "the adapter works")
	}
	conditions := []fleetv1.ReportCondition{
		condition(fleetv1.ReportAvailable, r.Available),
		condition(fleetv1.ReportApplied, applied),
		condition(fleetv1.ReportHealth, health),
	}
	if s.deleting {
		conditions = append(conditions, finalized(r.Finalized, r.Available.Message))
	}
	if r.Stalled != "" {
		conditions = append(conditions, condition(fleetv1.ReportStalled, True(fleetv1.ReasonAdapterFailed, r.Stalled)))
	}
	for _, further := range r.Further {
		conditions = append(conditions, condition(further.Type, Finding{Status: further.Status, Reason: further.Reason, Message: further.Message}))
	}
	report := s.finish(conditions)
	report.Cluster, report.NodePool = s.facts(r)
	var err error
	if report.Data, err = raw(r.Data); err != nil {
		return nil, fmt.Errorf("encoding the report's data: %w", err)
	}
	if report.Metadata, err = raw(r.Metadata); err != nil {
		return nil, fmt.Errorf("encoding the report's metadata: %w", err)
	}
	return report, nil
}

// facts returns what is known: what the adapter gave, else what it last gave.
func (s subject) facts(r Report) (*fleetv1.ClusterFacts, *fleetv1.NodePoolFacts) {
	cluster, pool := r.Cluster, r.NodePool
	if s.stored != nil && cluster == nil {
		cluster = s.stored.Cluster
	}
	if s.stored != nil && pool == nil {
		pool = s.stored.NodePool
	}
	return cluster.DeepCopy(), pool.DeepCopy()
}

// failure returns the report about an error. What was known at this generation stands; at a new one the error is what there
// is to say. Facts and data are kept as last known.
func (s subject) failure(failure error) *fleetv1.Report {
	message := failure.Error()
	available := False(fleetv1.ReasonAdapterError, message)
	applied := available
	if s.stored != nil && s.stored.ObservedGeneration == s.generation {
		available = keepTrue(s.stored.Condition(fleetv1.ReportAvailable), available)
		applied = keepTrue(s.stored.Condition(fleetv1.ReportApplied), applied)
	}
	conditions := []fleetv1.ReportCondition{
		condition(fleetv1.ReportAvailable, available),
		condition(fleetv1.ReportApplied, applied),
		condition(fleetv1.ReportHealth, False(fleetv1.ReasonAdapterError, message)),
	}
	if s.deleting {
		conditions = append(conditions, finalized(false, message))
	}
	if IsTerminal(failure) {
		conditions = append(conditions, condition(fleetv1.ReportStalled, True(fleetv1.ReasonAdapterFailed, message)))
	}
	report := s.finish(conditions)
	if s.stored != nil {
		kept := s.stored.DeepCopy()
		report.Cluster, report.NodePool, report.Data, report.Metadata = kept.Cluster, kept.NodePool, kept.Data, kept.Metadata
	}
	return report
}

func keepTrue(stored *fleetv1.ReportCondition, otherwise Finding) Finding {
	if stored == nil || stored.Status != metav1.ConditionTrue {
		return otherwise
	}
	return True(stored.Reason, stored.Message)
}

func finalized(done bool, message string) fleetv1.ReportCondition {
	if done {
		return condition(fleetv1.ReportFinalized, True(fleetv1.ReasonFinalized, message))
	}
	return condition(fleetv1.ReportFinalized, False(fleetv1.ReasonNotFinalized, message))
}

// condition returns a finding as a report tells it.
func condition(conditionType string, f Finding) fleetv1.ReportCondition {
	return fleetv1.ReportCondition{
		Type:    conditionType,
		Status:  cmp.Or(f.Status, metav1.ConditionUnknown),
		Reason:  clip(f.Reason, maxReason),
		Message: clip(f.Message, maxMessage),
	}
}

// finish returns the report as it is to be stored, with the times that the stored one decides.
func (s subject) finish(conditions []fleetv1.ReportCondition) *fleetv1.Report {
	return aggregate.Merge(s.stored, &fleetv1.Report{
		ObservedGeneration: s.generation,
		ObservedTime:       metav1.NewMicroTime(s.now),
		Conditions:         conditions,
	})
}

func clip(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit-3], "") + "..."
}

func raw(value any) (*runtime.RawExtension, error) {
	if value == nil {
		return nil, nil
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	if string(encoded) == "null" {
		return nil, nil
	}
	if encoded[0] != '{' {
		return nil, fmt.Errorf("it must be an object in JSON, and is a %T", value)
	}
	return &runtime.RawExtension{Raw: encoded}, nil
}
