package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/namespaces"
)

// choosePlatform finds the Platform of a Cluster: the one that the spec names, else the one that the namespace's label
// names, else the default. A deleted Cluster gets no new one.
type choosePlatform struct {
	namespace func(ctx context.Context, name string) (namespaces.Namespace, error)
	platform  func(ctx context.Context, name string) (*fleetv1.Platform, error)
	platforms func(ctx context.Context) ([]fleetv1.Platform, error)
}

func (p choosePlatform) run(ctx context.Context, s *scope) error {
	var err error
	if s.namespace, err = p.namespace(ctx, s.cluster.Namespace); err != nil {
		return err
	}
	switch {
	case s.cluster.Spec.PlatformName != "":
		return p.named(ctx, s)
	case s.deleting():
		return nil
	case s.namespace.Labels[fleetv1.LabelPlatform] != "":
		return p.labelled(ctx, s)
	default:
		return p.byDefault(ctx, s)
	}
}

func (p choosePlatform) named(ctx context.Context, s *scope) error {
	var err error
	name := s.cluster.Spec.PlatformName
	if s.platform, err = p.platform(ctx, name); err != nil {
		return err
	}
	if s.platform == nil && !s.deleting() {
		s.fault = notFound("Platform %s, which spec.platformName names, does not exist; ask an administrator to create it, "+
			"or delete this Cluster and create it on another", name)
	}
	return nil
}

func (p choosePlatform) labelled(ctx context.Context, s *scope) error {
	name := s.namespace.Labels[fleetv1.LabelPlatform]
	platform, err := p.platform(ctx, name)
	if err != nil {
		return err
	}
	if platform == nil || !platform.DeletionTimestamp.IsZero() {
		s.fault = notFound("Platform %s, which the label %s of namespace %s names, does not exist; correct the label, or set "+
			"spec.platformName", name, fleetv1.LabelPlatform, s.cluster.Namespace)
		return nil
	}
	s.platform = platform
	return nil
}

func (p choosePlatform) byDefault(ctx context.Context, s *scope) error {
	all, err := p.platforms(ctx)
	if err != nil {
		return err
	}
	defaults := slices.DeleteFunc(all, func(p fleetv1.Platform) bool {
		return p.Annotations[fleetv1.AnnotationDefaultPlatform] != "true" || !p.DeletionTimestamp.IsZero()
	})
	switch len(defaults) {
	case 0:
		s.fault = notFound("No Platform is named and none is the default; set spec.platformName, label the namespace with "+
			"%s, or ask an administrator to annotate one Platform with %s=true",
			fleetv1.LabelPlatform, fleetv1.AnnotationDefaultPlatform)
	case 1:
		s.platform = &defaults[0]
	default:
		s.fault = notFound("No Platform is named and several are the default (%s); set spec.platformName, label the namespace "+
			"with %s, or ask an administrator to leave the annotation %s=true on one Platform only",
			names(defaults), fleetv1.LabelPlatform, fleetv1.AnnotationDefaultPlatform)
	}
	return nil
}

func names(platforms []fleetv1.Platform) string {
	list := make([]string, 0, len(platforms))
	for i := range platforms {
		list = append(list, platforms[i].Name)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func notFound(format string, args ...any) *aggregate.Fault {
	return &aggregate.Fault{Reason: fleetv1.ReasonPlatformNotFound, Message: fmt.Sprintf(format, args...)}
}
