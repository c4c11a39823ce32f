package addon

import (
	"context"
	"fmt"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/release"
)

// observe reads the state of the release from what exists now.
func (r *Reconciler) observe(ctx context.Context, s *scope) error {
	hr, source := &helmv2.HelmRelease{}, s.current[s.desired.Source]
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(s.current[s.desired.Release].Object, hr); err != nil {
		return fmt.Errorf("reading HelmRelease %s: %w", s.addon.Name, err)
	}
	sources := [][]metav1.Condition{}
	typed := struct {
		Status struct {
			Conditions []metav1.Condition `json:"conditions"`
		} `json:"status"`
	}{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(source.Object, &typed); err != nil {
		return fmt.Errorf("reading %s %s: %w", source.GetKind(), source.GetName(), err)
	}
	sources = append(sources, typed.Status.Conditions)
	chart, err := r.chart(ctx, hr)
	if err != nil {
		return err
	}
	if chart != nil {
		sources = append(sources, chart.Status.Conditions)
	}
	s.helmRelease = hr
	s.state = release.Readiness(release.Observed{Release: hr, Sources: sources, Installed: installed(s.addon)})
	return nil
}

// chart returns the HelmChart that Flux made for a release from a HelmRepository, or nil.
func (r *Reconciler) chart(ctx context.Context, hr *helmv2.HelmRelease) (*sourcev1.HelmChart, error) {
	if hr.Spec.Chart == nil {
		return nil, nil
	}
	chart := &sourcev1.HelmChart{}
	switch err := r.Client.Get(ctx, client.ObjectKey{Namespace: hr.Namespace, Name: hr.GetHelmChartName()}, chart); {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading HelmChart %s: %w", hr.GetHelmChartName(), err)
	}
	return chart, nil
}
