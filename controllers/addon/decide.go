package addon

import (
	"context"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/release"
)

// decide renders what has to exist, if the add-on may be installed.
func (r *Reconciler) decide(_ context.Context, s *scope) error {
	if err := catalog.Gate(s.version, clusterVersion(s.cluster)); err != nil {
		if clusterVersion(s.cluster) == "" {
			return wait(fleetv1.ReasonClusterNotReady, "%s", err)
		}
		s.refused = &hold{reason: fleetv1.ReasonVersionNotAllowed, message: err.Error(), ready: metav1.ConditionFalse, stalled: true}
	}
	if other := s.holder(); other != "" {
		return stall(fleetv1.ReasonReleaseTaken, "Addon %s has the release %s in namespace %s of the cluster; give this one another instance name",
			other, s.addon.InstanceName(), release.Namespace(s.template))
	}
	values, faults := s.effective.Values(s.version)
	if len(faults) > 0 {
		return invalid(faults)
	}
	desired, err := release.Render(release.Input{
		Addon: s.addon, Template: s.template, Version: s.version, Values: values, Kubeconfig: s.kubeconfig.Bytes(),
		Delivery: s.place.delivery, Copies: s.copies,
	})
	if err != nil {
		return stall(fleetv1.ReasonInvalidSpec, "%s", err)
	}
	desired.Mix(s.digest)
	s.desired = desired
	if s.refused != nil && s.addon.Status.RenderedChecksum != s.desired.Checksum {
		if current := s.addon.Status.CurrentVersion; current != "" {
			s.refused.message += "; version " + current + " stays installed"
		}
		return s.refused
	}
	return s.checkDependencies()
}

// checkDependencies holds a change of the release until what it depends on is deployed. A release that is applied already
// stays when a dependency stops being ready.
func (s *scope) checkDependencies() error {
	if s.addon.Status.RenderedChecksum == s.desired.Checksum {
		return nil
	}
	present := make([]catalog.Deployed, 0, len(s.siblings))
	for i := range s.siblings {
		other := &s.siblings[i]
		present = append(present, catalog.Deployed{
			Template: other.Spec.TemplateName,
			Version:  other.Status.CurrentVersion,
			Ready:    conditions.IsTrueNow(other, fleetv1.ConditionReady) && other.DeletionTimestamp.IsZero(),
		})
	}
	if missing := catalog.Missing(s.version, present); len(missing) > 0 {
		return wait(fleetv1.ReasonDependencyNotReady, "waiting for other add-ons: %s", strings.Join(missing, "; "))
	}
	return nil
}

// holder returns the older Addon of the cluster that has the same release, if there is one. Add-ons of one template share
// their namespace on the tenant cluster, and with the label for the instance name also the name of the release.
func (s *scope) holder() string {
	for i := range s.siblings {
		other := &s.siblings[i]
		if other.Spec.TemplateName != s.addon.Spec.TemplateName || other.InstanceName() != s.addon.InstanceName() {
			continue
		}
		if older(other, s.addon) {
			return other.Name
		}
	}
	return ""
}

func older(a, b *fleetv1.Addon) bool {
	if !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
		return a.CreationTimestamp.Before(&b.CreationTimestamp)
	}
	return a.Name < b.Name
}
