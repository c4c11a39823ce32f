package release

import (
	"cmp"
	"strings"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

const (
	// interval is how often Flux looks whether the release is still what was deployed.
	interval = 5 * time.Minute
	// defaultTimeout is how long an attempt may take where the template says nothing.
	defaultTimeout = 5 * time.Minute
	// defaultSourceInterval is how often Flux looks for charts where the template says nothing.
	defaultSourceInterval = 10 * time.Minute

	// chartLayer is the media type of a Helm chart in an OCI registry.
	chartLayer = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"

	// labelWatch makes Flux act at once when a Secret that a HelmRelease names changes.
	labelWatch        = fluxmeta.LabelKeyWatch
	labelWatchEnabled = fluxmeta.LabelValueWatchEnabled
)

// source renders where the chart comes from.
func source(in Input) runtime.Object {
	from := in.Template.Spec.Source
	every := metav1.Duration{Duration: defaultSourceInterval}
	if from.Interval != nil {
		every = *from.Interval
	}
	if from.Type == sourcev1.OCIRepositoryKind {
		return &sourcev1.OCIRepository{
			TypeMeta:   metav1.TypeMeta{APIVersion: sourcev1.GroupVersion.String(), Kind: sourcev1.OCIRepositoryKind},
			ObjectMeta: meta(in, in.Addon.Name),
			Spec: sourcev1.OCIRepositorySpec{
				URL:           strings.TrimSuffix(from.URL, "/") + "/" + in.Version.Chart.Name,
				Interval:      every,
				Insecure:      from.Insecure,
				Reference:     &sourcev1.OCIRepositoryRef{Tag: tag(chartVersion(in.Version))},
				LayerSelector: &sourcev1.OCILayerSelector{MediaType: chartLayer, Operation: sourcev1.OCILayerCopy},
			},
		}
	}
	repository := &sourcev1.HelmRepository{
		TypeMeta:   metav1.TypeMeta{APIVersion: sourcev1.GroupVersion.String(), Kind: sourcev1.HelmRepositoryKind},
		ObjectMeta: meta(in, in.Addon.Name),
		Spec:       sourcev1.HelmRepositorySpec{URL: from.URL, Interval: every},
	}
	if strings.HasPrefix(from.URL, "oci://") {
		repository.Spec.Type = sourcev1.HelmRepositoryTypeOCI
		repository.Spec.Insecure = from.Insecure
	}
	return repository
}

func chartVersion(version *fleetv1.AddonVersion) string {
	if version.Chart.Version != "" {
		return version.Chart.Version
	}
	return version.Version
}

// tag is the tag under which Helm pushes a chart version: a tag cannot hold a plus sign.
func tag(version string) string { return strings.ReplaceAll(version, "+", "_") }

// helmRelease renders the release.
func helmRelease(in Input) *helmv2.HelmRelease {
	namespace := Namespace(in.Template)
	timeout := metav1.Duration{Duration: Timeout(in.Template)}
	rollback, lastToo := helmv2.RollbackRemediationStrategy, true
	hr := &helmv2.HelmRelease{
		TypeMeta:   metav1.TypeMeta{APIVersion: helmv2.GroupVersion.String(), Kind: helmv2.HelmReleaseKind},
		ObjectMeta: meta(in, in.Addon.Name),
		Spec: helmv2.HelmReleaseSpec{
			Interval:         metav1.Duration{Duration: interval},
			Timeout:          &timeout,
			ReleaseName:      in.Addon.InstanceName(),
			TargetNamespace:  namespace,
			StorageNamespace: namespace,
			KubeConfig:       kubeConfig(in),
			DriftDetection:   &helmv2.DriftDetection{Mode: helmv2.DriftDetectionEnabled},
			// A failed installation stays, for whoever looks for the cause; a failed upgrade is rolled back at once. Flux makes
			// one attempt, and another one whenever it is asked to (see Next): its own repetitions would uninstall first, or
			// come without a pause.
			Install: &helmv2.Install{CreateNamespace: true, CRDs: helmv2.Create},
			Upgrade: &helmv2.Upgrade{
				CRDs:        helmv2.CreateReplace,
				Remediation: &helmv2.UpgradeRemediation{Strategy: &rollback, RemediateLastFailure: &lastToo},
			},
			ValuesFrom: valuesFrom(in),
		},
	}
	chart(in, hr)
	return hr
}

// chart names the chart, always in the source of the same name in the same namespace.
func chart(in Input, hr *helmv2.HelmRelease) {
	if in.Template.Spec.Source.Type == sourcev1.OCIRepositoryKind {
		hr.Spec.ChartRef = &helmv2.CrossNamespaceSourceReference{Kind: sourcev1.OCIRepositoryKind, Name: in.Addon.Name}
		return
	}
	hr.Spec.Chart = &helmv2.HelmChartTemplate{Spec: helmv2.HelmChartTemplateSpec{
		Chart:     in.Version.Chart.Name,
		Version:   chartVersion(in.Version),
		SourceRef: helmv2.CrossNamespaceObjectReference{Kind: sourcev1.HelmRepositoryKind, Name: in.Addon.Name},
	}}
}

// kubeConfig names the tenant's kubeconfig. Without one a release is installed on the cluster that its Flux runs on.
func kubeConfig(in Input) *fluxmeta.KubeConfigReference {
	if in.Delivery == fleetv1.DeliveryTenant {
		return nil
	}
	return &fluxmeta.KubeConfigReference{
		SecretRef: &fluxmeta.SecretKeyReference{Name: KubeconfigSecretName(in.Addon.Name), Key: fleetv1.KubeconfigKey},
	}
}

// valuesFrom lists the user's references and then our own Secret, which therefore wins. References to params are not Flux's
// affair. On the tenant cluster, where the user's objects are not, their contents stand beside our own values.
func valuesFrom(in Input) []helmv2.ValuesReference {
	refs := make([]helmv2.ValuesReference, 0, len(in.Addon.Spec.ValuesFrom)+1)
	for i, ref := range in.Addon.Spec.ValuesFrom {
		switch {
		case ref.Holds == fleetv1.ContentParams:
		case in.Delivery != fleetv1.DeliveryTenant:
			refs = append(refs, helmv2.ValuesReference{Kind: ref.Kind, Name: ref.Name, ValuesKey: cmp.Or(ref.Key, ValuesKey), Optional: ref.Optional})
		case in.copied(i) != nil:
			refs = append(refs, ownValues(in.Addon, copyKey(i)))
		}
	}
	return append(refs, ownValues(in.Addon, ValuesKey))
}

func ownValues(addon *fleetv1.Addon, key string) helmv2.ValuesReference {
	return helmv2.ValuesReference{Kind: "Secret", Name: ValuesSecretName(addon.Name), ValuesKey: key}
}
