package addon

import (
	"context"
	"errors"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/release"
	"github.com/slipway-dev/slipway/internal/remote"
	"github.com/slipway-dev/slipway/internal/workload"
)

const (
	// lookTimeout bounds everything that one pass reads of a tenant cluster's workloads.
	lookTimeout = 5 * time.Second
	// maxListed bounds each list of them.
	maxListed = 500
	// maxExplained is for how many workloads in trouble the cause is looked for.
	maxExplained = 3

	labelOriginName      = "helm.toolkit.fluxcd.io/name"
	labelOriginNamespace = "helm.toolkit.fluxcd.io/namespace"
	labelInstance        = "app.kubernetes.io/instance"
	annotationHook       = "helm.sh/hook"
)

// gatherHealth looks at what the release runs on the tenant cluster: whether it works, and if not, why. Where an attempt has just
// begun there is nothing to see yet, and nobody is asked.
func (r *Reconciler) gatherHealth(ctx context.Context, s *scope) error {
	if !s.worthALook(r.Clock.Now()) {
		return nil
	}
	tenant, err := r.Tenants.Get(s.kubeconfig)
	if err != nil {
		return fmt.Errorf("reaching Cluster %s: %w", s.cluster.Name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	look := &look{tenant: tenant, origin: client.ObjectKeyFromObject(s.desired.Release), scope: s}
	err = look.all(ctx)
	if errors.Is(err, remote.ErrUnreachable) {
		// One request that fails is no outage.
		err = remote.Classify(look.again(ctx))
	}
	switch {
	case errors.Is(err, remote.ErrUnreachable):
		s.state = s.state.Reached(err)
	case err != nil:
		ctrl.LoggerFrom(ctx).V(1).Info("Looking at the workloads failed", "reason", err.Error())
		s.state = s.state.Reached(nil)
	default:
		s.health, s.looked = look.health, true
		s.state = s.state.Reached(nil)
	}
	return nil
}

// worthALook tells whether the tenant cluster has anything to say: about a release that is deployed or in trouble always, about
// one that Flux works on once that has taken a while.
func (s *scope) worthALook(now time.Time) bool {
	switch s.state.Phase {
	case release.Installing, release.Upgrading:
		s.within(s.glance())
		return !now.Before(s.addon.Status.LastAppliedTime.Add(s.glance()))
	case release.SourceFailed:
		return false
	}
	return true
}

// glance is how often a release that Flux works on is looked at.
func (s *scope) glance() time.Duration {
	return min(max(release.Timeout(s.template)/5, 5*time.Second), time.Minute)
}

// look reads the workloads of one release.
type look struct {
	tenant client.Reader
	origin client.ObjectKey
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
	mine := client.MatchingLabels{labelOriginName: l.origin.Name, labelOriginNamespace: l.origin.Namespace}
	var (
		deployments  appsv1.DeploymentList
		statefulSets appsv1.StatefulSetList
		daemonSets   appsv1.DaemonSetList
		jobs, hooks  batchv1.JobList
	)
	for _, list := range []client.ObjectList{&deployments, &statefulSets, &daemonSets, &jobs} {
		if err := l.tenant.List(ctx, list, mine, client.Limit(maxListed)); err != nil {
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
		return workload.Cause(w, nil, nil, nil), nil
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

// seen is what a request for another attempt remembers of the tenant cluster: when it changes, what held the last attempt up
// may be gone. Workloads that became fine count as long as they are those of the attempt.
func (s *scope) seen() string {
	if !s.looked || s.health.nodes == "" {
		return ""
	}
	if s.health.AllFine() && !s.state.Restored {
		return s.health.nodes + "-fine"
	}
	return s.health.nodes
}

// handled tells whether the present generation was ready or failed before.
func handled(addon *fleetv1.Addon) bool { return addon.Status.ObservedGeneration >= addon.Generation }
