package hub

import (
	"context"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/reports"
)

// live reads an object, and after it the reports about it, from the kube-apiserver. What changes slowly and by no report
// (Platforms, the namespace, a NodePool's Cluster and siblings) comes from the Memory. Errors: NotFound.
func (s *Store) live(ctx context.Context, at address, wishes []wish) (subject, error) {
	object, err := s.object(ctx, at)
	if err != nil {
		return subject{}, err
	}
	known, ok := s.remembered(at)
	if !ok {
		// The watch has told of its end since the object was read.
		return subject{}, notFound(nil)
	}
	known = known.with(object)
	heard, err := s.heard(ctx, at, known, wishes)
	if err != nil {
		return subject{}, err
	}
	return s.confirmChildless(ctx, known.withReports(heard))
}

// object reads an object. One that is gone is forgotten.
func (s *Store) object(ctx context.Context, at address) (target, error) {
	object := empty(at.kind)
	err := s.Client.Get(ctx, at.key, object)
	if apierrors.IsNotFound(err) || err == nil && object.GetUID() != at.uid {
		s.forget(ctx, at)
		return nil, notFound(err)
	}
	if err != nil {
		return nil, fault(err)
	}
	return object, nil
}

// forget takes over that somebody else let an object go, if that is news.
func (s *Store) forget(ctx context.Context, at address) {
	if known, ok := s.remembered(at); ok {
		s.gone(ctx, known.object())
	}
}

// heard reads the reports about an object: those that the Memory knows, those of required adapters and of those who wait,
// each by its name, which is cheap. If the object shows an adapter that is not among them, it lists them all.
func (s *Store) heard(ctx context.Context, at address, subject subject, wishes []wish) ([]aggregate.AdapterReport, error) {
	ref := at.targetRef()
	adapters := subject.required()
	for _, report := range subject.reports() {
		adapters = append(slices.Clip(adapters), report.Adapter)
	}
	for _, w := range wishes {
		if w.adapter != "" {
			adapters = append(slices.Clip(adapters), w.adapter)
		}
	}
	slices.Sort(adapters)
	var list []aggregate.AdapterReport
	shown := ofAdapters(subject.object(), nil)
	for _, adapter := range slices.Compact(adapters) {
		status, err := s.report(ctx, at, fleetv1.AdapterStatusName(ref, adapter))
		if err != nil {
			return nil, err
		}
		if status == nil || !status.Spec.TargetRef.Means(ref.Kind, ref.Name, ref.UID) {
			continue
		}
		s.Memory.Apply(status)
		list = append(list, aggregate.AdapterReport{Adapter: adapter, Report: status.Report})
		delete(shown, aggregate.ConditionType(adapter))
	}
	if len(shown) == 0 && !ambiguous(subject.reports()) {
		return list, nil
	}
	list, err := reports.About(ctx, s.Client, at.kind, subject.object())
	return list, fault(err)
}

// ambiguous tells whether two reports show as one condition: somebody made a report by hand under another name, or two adapters
// have names that give one type.
func ambiguous(list []aggregate.AdapterReport) bool {
	types := make([]string, 0, len(list))
	for _, report := range list {
		types = append(types, aggregate.ConditionType(report.Adapter))
	}
	slices.Sort(types)
	return len(slices.Compact(types)) < len(list)
}

// report reads an AdapterStatus; nil if there is none of the name.
func (s *Store) report(ctx context.Context, at address, name string) (*fleetv1.AdapterStatus, error) {
	status := &fleetv1.AdapterStatus{}
	err := s.Client.Get(ctx, client.ObjectKey{Namespace: at.key.Namespace, Name: name}, status)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fault(err)
	}
	return status, nil
}

// confirmChildless asks the kube-apiserver for the children of a Cluster that is being deleted and, for all the Memory knows,
// has none: it must not go while one is left.
func (s *Store) confirmChildless(ctx context.Context, known subject) (subject, error) {
	cluster := known.cluster
	if cluster == nil || cluster.Object.DeletionTimestamp == nil || len(cluster.NodePools)+len(cluster.Addons) > 0 {
		return known, nil
	}
	pools, addons, err := s.children(ctx, cluster.Object)
	if err != nil {
		return subject{}, err
	}
	complete := *cluster
	complete.NodePools = pools
	for i := range addons {
		complete.Addons = append(complete.Addons, addons[i].Name)
	}
	return subject{cluster: &complete}, nil
}

// children lists the node pools and add-ons of a Cluster.
func (s *Store) children(ctx context.Context, cluster *fleetv1.Cluster) ([]fleetv1.NodePool, []fleetv1.Addon, error) {
	options := []client.ListOption{
		client.InNamespace(cluster.Namespace), client.MatchingFields{fleetv1.FieldClusterName: cluster.Name},
	}
	var pools fleetv1.NodePoolList
	if err := s.Client.List(ctx, &pools, options...); err != nil {
		return nil, nil, fault(err)
	}
	var addons fleetv1.AddonList
	if err := s.Client.List(ctx, &addons, options...); err != nil {
		return nil, nil, fault(err)
	}
	return pools.Items, addons.Items, nil
}
