package addon

import (
	"context"
	"fmt"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/release"
)

// observe reads the state of the release from what exists now.
func (r *Reconciler) observe(ctx context.Context, s *scope) error {
	observed := release.Observed{Release: &helmv2.HelmRelease{}, Version: s.version, Installed: installed(s.addon),
		Failed: failedBefore(s.before, s.desired.Checksum)}
	if err := decode(s.current[s.desired.Release], observed.Release); err != nil {
		return err
	}
	if source := s.current[s.desired.Source]; source.GetKind() == sourcev1.OCIRepositoryKind {
		observed.Repository = &sourcev1.OCIRepository{}
		if err := decode(source, observed.Repository); err != nil {
			return err
		}
		observed.Sources = [][]metav1.Condition{observed.Repository.Status.Conditions}
	} else {
		repository := &sourcev1.HelmRepository{}
		if err := decode(source, repository); err != nil {
			return err
		}
		chart, err := s.place.chart(ctx, observed.Release)
		if err != nil {
			return err
		}
		observed.Sources = [][]metav1.Condition{repository.Status.Conditions, chart.Status.Conditions}
	}
	s.state = release.Readiness(observed)
	return nil
}

func decode(from *unstructured.Unstructured, into any) error {
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(from.Object, into); err != nil {
		return fmt.Errorf("reading %s %s: %w", from.GetKind(), from.GetName(), err)
	}
	return nil
}

// chart returns the HelmChart that Flux made for a release from a HelmRepository, an empty one before it did.
func (p place) chart(ctx context.Context, hr *helmv2.HelmRelease) (*sourcev1.HelmChart, error) {
	chart := &sourcev1.HelmChart{}
	key := client.ObjectKey{Namespace: hr.Namespace, Name: hr.GetHelmChartName()}
	if err := p.client.Get(ctx, key, chart); client.IgnoreNotFound(err) != nil {
		return nil, fmt.Errorf("reading HelmChart %s: %w", key, err)
	}
	return chart, nil
}
