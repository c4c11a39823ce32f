package addon

import (
	"context"
	"errors"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/release"
	"github.com/slipway-dev/slipway/internal/remote"
)

const (
	// tenantTimeout bounds a request to a tenant cluster. Whoever waits for one keeps others of the queue waiting.
	tenantTimeout = 5 * time.Second
	// outageLength is for how long a tenant cluster that did not answer is not asked again.
	outageLength = 4 * time.Second
)

// tenantClient is a client of a tenant cluster whose errors say what holds the add-on: the cluster does not answer, or has no
// Flux. What the API server says about the object itself (not found, a conflict) comes through as it is.
type tenantClient struct {
	client.Client
	cluster  string
	checksum string
	outages  *outages
	clock    clock.PassiveClock
}

// Get implements client.Client.
func (c *tenantClient) Get(ctx context.Context, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
	return c.ask(ctx, func(ctx context.Context) error { return c.Client.Get(ctx, key, object, options...) })
}

// Create implements client.Client.
func (c *tenantClient) Create(ctx context.Context, object client.Object, options ...client.CreateOption) error {
	return c.ask(ctx, func(ctx context.Context) error { return c.Client.Create(ctx, object, options...) })
}

// Patch implements client.Client.
func (c *tenantClient) Patch(ctx context.Context, object client.Object, patch client.Patch, options ...client.PatchOption) error {
	return c.ask(ctx, func(ctx context.Context) error { return c.Client.Patch(ctx, object, patch, options...) })
}

// Delete implements client.Client.
func (c *tenantClient) Delete(ctx context.Context, object client.Object, options ...client.DeleteOption) error {
	return c.ask(ctx, func(ctx context.Context) error { return c.Client.Delete(ctx, object, options...) })
}

// Apply implements client.Client. A kind that went away is missing Flux; a refusal of what was rendered names the Flux of the
// cluster, which is another than was rendered for.
func (c *tenantClient) Apply(ctx context.Context, object runtime.ApplyConfiguration, options ...client.ApplyOption) error {
	err := c.ask(ctx, func(ctx context.Context) error { return c.Client.Apply(ctx, object, options...) })
	var status apierrors.APIStatus
	switch {
	case apierrors.IsNotFound(err) && errors.As(err, &status) && !namesNamespace(status):
		return fluxMissing(c.cluster, "the kinds of Flux went away")
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err):
		return wait(fleetv1.ReasonFluxMissing, "Cluster %s has a Flux that does not take what Slipway renders: %s", c.cluster, release.Scrub(err.Error()))
	}
	return err
}

func namesNamespace(status apierrors.APIStatus) bool {
	details := status.Status().Details
	return details != nil && details.Kind == "namespaces"
}

// Status implements client.Client.
func (c *tenantClient) Status() client.SubResourceWriter { return tenantStatus{c.Client.Status(), c} }

type tenantStatus struct {
	client.SubResourceWriter
	tenant *tenantClient
}

// Patch implements client.SubResourceWriter.
func (s tenantStatus) Patch(ctx context.Context, object client.Object, patch client.Patch, options ...client.SubResourcePatchOption) error {
	return s.tenant.ask(ctx, func(ctx context.Context) error { return s.SubResourceWriter.Patch(ctx, object, patch, options...) })
}

// ask carries a request out, in bounded time, and says what its failure means.
func (c *tenantClient) ask(ctx context.Context, request func(context.Context) error) error {
	now := c.clock.Now()
	if err := c.outages.ongoing(c.checksum, now); err != nil {
		return unreachable(c.cluster, err)
	}
	ctx, cancel := context.WithTimeout(ctx, tenantTimeout)
	defer cancel()
	err := request(ctx)
	if apimeta.IsNoMatchError(err) {
		return fluxMissing(c.cluster, "it does not serve Flux's kinds HelmRelease helm.toolkit.fluxcd.io/v2 and "+
			"OCIRepository and HelmRepository source.toolkit.fluxcd.io/v1")
	}
	if apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
		return wait(fleetv1.ReasonInstalling, "waiting for namespace %s, which is being deleted on Cluster %s, to be gone",
			release.TenantNamespace, c.cluster)
	}
	if namespaces.Closed(err) {
		// What is not open here is the tenant cluster, to the user of its kubeconfig.
		return &hold{
			reason: fleetv1.ReasonCredentialsRefused, ready: metav1.ConditionUnknown,
			message: "Cluster " + c.cluster + ": the user of its kubeconfig lacks a right: " + release.Scrub(err.Error()),
		}
	}
	switch classified := remote.Classify(err); {
	case errors.Is(classified, remote.ErrUnreachable):
		c.outages.begin(c.checksum, now, classified)
		return unreachable(c.cluster, classified)
	case errors.Is(classified, remote.ErrUnauthorized):
		return unreachable(c.cluster, classified)
	}
	return err
}

// outages remembers which tenant clusters did not answer a moment ago, by the checksum of their kubeconfig, so that the many
// add-ons of one that is down wait for a single request. It is safe for concurrent use.
type outages struct {
	mu    sync.Mutex
	since map[string]outage
}

type outage struct {
	began time.Time
	cause error
}

func (o *outages) begin(checksum string, now time.Time, cause error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.since == nil {
		o.since = map[string]outage{}
	}
	o.since[checksum] = outage{began: now, cause: cause}
}

// ongoing returns why a cluster is not to be asked, nil if it is. What is over is forgotten.
func (o *outages) ongoing(checksum string, now time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for key, each := range o.since {
		if age := now.Sub(each.began); age < 0 || age >= outageLength {
			delete(o.since, key)
		}
	}
	if present, ok := o.since[checksum]; ok {
		return present.cause
	}
	return nil
}
