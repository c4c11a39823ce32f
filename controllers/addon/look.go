package addon

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apilabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/release"
	"github.com/slipway-dev/slipway/internal/remote"
	"github.com/slipway-dev/slipway/internal/workload"
)

// look reads the workloads of one release.
type look struct {
	tenant client.Reader
	scope  *scope

	health workloads
}

// workloads is what was seen.
type workloads struct {
	workload.Health
	// cause is why the first of those in trouble is, empty if all are fine.
	cause string
	// nodes is workload.Nodes, if something is in trouble.
	nodes string
}

func (l *look) all(ctx context.Context) error {
	list, err := l.workloads(ctx)
	if err != nil {
		return remote.Classify(err)
	}
	l.health.Health = workload.Judge(list)
	if !l.health.AllFine() {
		if l.health.cause, err = l.cause(ctx); err != nil {
			return remote.Classify(err)
		}
	}
	if !l.health.AllFine() || l.scope.state.Phase == release.Failed {
		var nodes corev1.NodeList
		if err := l.tenant.List(ctx, &nodes, client.Limit(maxListed)); err != nil {
			return remote.Classify(err)
		}
		l.health.nodes = workload.Nodes(nodes.Items)
	}
	return nil
}

// again asks for something that every cluster has.
func (l *look) again(ctx context.Context) error {
	namespace := &metav1.PartialObjectMetadata{}
	namespace.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Namespace"))
	return client.IgnoreNotFound(l.tenant.Get(ctx, client.ObjectKey{Name: metav1.NamespaceDefault}, namespace))
}

// workloads lists what Flux labelled as the release's, and the Jobs of its hooks, which it does not label.
func (l *look) workloads(ctx context.Context) ([]workload.Workload, error) {
	mine, err := l.mine()
	if err != nil {
		return nil, err
	}
	var (
		deployments  appsv1.DeploymentList
		statefulSets appsv1.StatefulSetList
		daemonSets   appsv1.DaemonSetList
		jobs, hooks  batchv1.JobList
	)
	for _, list := range []client.ObjectList{&deployments, &statefulSets, &daemonSets, &jobs} {
		if err := l.tenant.List(ctx, list, client.MatchingLabelsSelector{Selector: mine}, client.Limit(maxListed)); err != nil {
			return nil, fmt.Errorf("listing %T: %w", list, err)
		}
	}
	var found []workload.Workload
	for i := range deployments.Items {
		found = append(found, workload.Deployment(&deployments.Items[i]))
	}
	for i := range statefulSets.Items {
		found = append(found, workload.StatefulSet(&statefulSets.Items[i]))
	}
	for i := range daemonSets.Items {
		found = append(found, workload.DaemonSet(&daemonSets.Items[i]))
	}
	if l.scope.state.Phase != release.Deployed {
		ofInstance := client.MatchingLabels{labelInstance: l.scope.addon.InstanceName()}
		err := l.tenant.List(ctx, &hooks, client.InNamespace(release.Namespace(l.scope.template)), ofInstance, client.Limit(maxListed))
		if err != nil {
			return nil, fmt.Errorf("listing the Jobs of hooks: %w", err)
		}
	}
	for _, job := range hooks.Items {
		if _, isHook := job.Annotations[annotationHook]; isHook && job.Labels[labelOriginName] == "" {
			jobs.Items = append(jobs.Items, job)
		}
	}
	for i := range jobs.Items {
		// A Job that goes well is no part of what runs.
		if w := workload.Job(&jobs.Items[i]); !w.Fine() {
			found = append(found, w)
		}
	}
	return found, nil
}

// mine selects what Flux made for the release: the Flux of the present place, or the one of the other before the delivery changed,
// since what it made stays as it is until the next change.
func (l *look) mine() (apilabels.Selector, error) {
	name, err := apilabels.NewRequirement(labelOriginName, selection.Equals, []string{l.scope.desired.Release.GetName()})
	if err != nil {
		return nil, fmt.Errorf("selecting by the name of the HelmRelease: %w", err)
	}
	places, err := apilabels.NewRequirement(labelOriginNamespace, selection.In, []string{l.scope.addon.Namespace, release.TenantNamespace})
	if err != nil {
		return nil, fmt.Errorf("selecting by the namespace of the HelmRelease: %w", err)
	}
	return apilabels.NewSelector().Add(*name, *places), nil
}

// cause says why the first workload in trouble is, as far as its pods tell.
func (l *look) cause(ctx context.Context) (string, error) {
	first := ""
	for i, w := range l.health.Troubled {
		if i == maxExplained {
			break
		}
		text, err := l.explain(ctx, w)
		if err != nil {
			return "", err
		}
		if text != w.State() {
			return text, nil
		}
		if first == "" {
			first = text
		}
	}
	return first, nil
}

func (l *look) explain(ctx context.Context, w workload.Workload) (string, error) {
	if w.Selector == nil || w.Refused != "" {
		return workload.Cause(w, nil, nil, nil), nil
	}
	selector, err := metav1.LabelSelectorAsSelector(w.Selector)
	if err != nil {
		return "", fmt.Errorf("reading the selector of %s: %w", w, err)
	}
	var (
		pods   corev1.PodList
		claims corev1.PersistentVolumeClaimList
		events corev1.EventList
	)
	in := client.InNamespace(w.Namespace)
	if err := l.tenant.List(ctx, &pods, in, client.MatchingLabelsSelector{Selector: selector}, client.Limit(maxListed)); err != nil {
		return "", fmt.Errorf("listing the pods of %s: %w", w, err)
	}
	if len(pods.Items) == 0 {
		about := client.MatchingFields{"involvedObject.kind": w.Kind, "involvedObject.name": w.Name}
		if err := l.tenant.List(ctx, &events, in, about, client.Limit(maxListed)); err != nil {
			return "", fmt.Errorf("listing the events of %s: %w", w, err)
		}
	} else if err := l.tenant.List(ctx, &claims, in, client.Limit(maxListed)); err != nil {
		return "", fmt.Errorf("listing the claims of %s: %w", w, err)
	}
	return workload.Cause(w, pods.Items, claims.Items, events.Items), nil
}
