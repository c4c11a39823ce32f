//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/tenant"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

func stringReader(s string) io.Reader { return strings.NewReader(s) }

// tenantNamespace creates a namespace that is open to Slipway for one container of specs, and removes it afterwards.
func tenantNamespace(ctx context.Context, prefix string) string {
	GinkgoHelper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: prefix + "-"}}
	Expect(hub.client.Create(ctx, namespace)).To(Succeed())
	Expect(tenant.Open(ctx, hub.client, namespace.Name)).To(Succeed())
	DeferCleanup(func(ctx SpecContext) {
		Expect(client.IgnoreNotFound(hub.client.Delete(ctx, namespace))).To(Succeed())
		eventuallyGone(ctx, namespace)
	}, NodeTimeout(patience))
	return namespace.Name
}

func newCluster(namespace, name, platform string) *fleetv1.Cluster {
	return &fleetv1.Cluster{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec:       fleetv1.ClusterSpec{PlatformName: platform},
	}
}

func newPool(cluster *fleetv1.Cluster, pool string, replicas int32) *fleetv1.NodePool {
	return &fleetv1.NodePool{
		ObjectMeta: metav1.ObjectMeta{Namespace: cluster.Namespace, Name: cluster.Name + "-" + pool},
		Spec:       fleetv1.NodePoolSpec{ClusterName: cluster.Name, PoolName: pool, Replicas: &replicas},
	}
}

func newAddon(cluster *fleetv1.Cluster, name, template, version string) *fleetv1.Addon {
	return &fleetv1.Addon{
		ObjectMeta: metav1.ObjectMeta{Namespace: cluster.Namespace, Name: name},
		Spec:       fleetv1.AddonSpec{ClusterName: cluster.Name, TemplateName: template, Version: version},
	}
}

func params(values map[string]any) *runtime.RawExtension {
	GinkgoHelper()
	raw, err := json.Marshal(values)
	Expect(err).NotTo(HaveOccurred())
	return &runtime.RawExtension{Raw: raw}
}

// conditioned is any of our objects with conditions.
type conditioned interface {
	client.Object
	GetConditions() *[]metav1.Condition
	GetObservedGeneration() int64
}

// change applies a mutation to the live object, again when somebody else was faster.
func change[T client.Object](ctx context.Context, obj T, mutate func(T)) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
		mutate(obj)
		err := hub.client.Update(ctx, obj)
		if apierrors.IsConflict(err) {
			g.Expect(err).NotTo(HaveOccurred())
		}
		Expect(err).NotTo(HaveOccurred())
	}).WithContext(ctx).Should(Succeed())
}

// eventuallyReady waits until the object is Ready at its present generation.
func eventuallyReady(ctx context.Context, obj conditioned) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
		ready := apimeta.FindStatusCondition(*obj.GetConditions(), fleetv1.ConditionReady)
		g.Expect(ready).NotTo(BeNil())
		g.Expect(ready.Status).To(Equal(metav1.ConditionTrue), describe(obj))
		g.Expect(ready.ObservedGeneration).To(Equal(obj.GetGeneration()), describe(obj))
		g.Expect(obj.GetObservedGeneration()).To(Equal(obj.GetGeneration()), describe(obj))
	}).WithContext(ctx).Should(Succeed())
}

// eventuallyCondition waits for a status and a reason, and returns the condition.
func eventuallyCondition(ctx context.Context, obj conditioned, conditionType string, status metav1.ConditionStatus, reason string) metav1.Condition {
	GinkgoHelper()
	var found metav1.Condition
	Eventually(func(g Gomega) {
		g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
		condition := apimeta.FindStatusCondition(*obj.GetConditions(), conditionType)
		g.Expect(condition).NotTo(BeNil())
		g.Expect(string(condition.Status)+" "+condition.Reason).To(Equal(string(status)+" "+reason), describe(obj))
		found = *condition
	}).WithContext(ctx).Should(Succeed())
	return found
}

// eventuallyGone waits until an object does not exist any more.
func eventuallyGone(ctx context.Context, obj client.Object) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		err := hub.client.Get(ctx, client.ObjectKeyFromObject(obj), obj)
		g.Expect(apierrors.IsNotFound(err)).To(BeTrue(), "%s is still there: %s", obj.GetName(), describe(obj))
	}).WithContext(ctx).Should(Succeed())
}

// describe tells an object's conditions in a failure message.
func describe(obj client.Object) string {
	withConditions, ok := obj.(conditioned)
	if !ok {
		return obj.GetName()
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%T %s/%s generation %d, observed %d", obj, obj.GetNamespace(), obj.GetName(), obj.GetGeneration(), withConditions.GetObservedGeneration())
	for _, c := range *withConditions.GetConditions() {
		fmt.Fprintf(&text, "\n  %s=%s %s (%d): %s", c.Type, c.Status, c.Reason, c.ObservedGeneration, c.Message)
	}
	return text.String()
}

// tenantClient reaches a tenant cluster with the kubeconfig that its adapter wrote.
func tenantClient(ctx context.Context, cluster *fleetv1.Cluster) client.Client {
	GinkgoHelper()
	Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(cluster), cluster)).To(Succeed())
	secret := &corev1.Secret{}
	key := client.ObjectKey{Namespace: cluster.Namespace, Name: cluster.Status.KubeconfigSecretName}
	Expect(hub.client.Get(ctx, key, secret)).To(Succeed())
	config, err := clientcmd.RESTConfigFromKubeConfig(secret.Data[fleetv1.KubeconfigKey])
	Expect(err).NotTo(HaveOccurred())
	tenant, err := client.New(config, client.Options{Scheme: testenv.Scheme()})
	Expect(err).NotTo(HaveOccurred())
	return tenant
}

// readyNodes returns the names of the tenant's nodes, by whether they are ready.
func readyNodes(ctx context.Context, g Gomega, tenant client.Client) (ready, other []string) {
	nodes := &corev1.NodeList{}
	g.Expect(tenant.List(ctx, nodes)).To(Succeed())
	for _, node := range nodes.Items {
		if nodeReady(node) {
			ready = append(ready, node.Name)
			continue
		}
		other = append(other, node.Name)
	}
	return ready, other
}

func nodeReady(node corev1.Node) bool {
	for _, c := range node.Status.Conditions {
		if c.Type == corev1.NodeReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// releases returns the HelmReleases in a namespace of the hub.
func releases(ctx context.Context, g Gomega, namespace string) []helmv2.HelmRelease {
	list := &helmv2.HelmReleaseList{}
	g.Expect(hub.client.List(ctx, list, client.InNamespace(namespace))).To(Succeed())
	return list.Items
}

// notebooks returns the names of the Deployments that the JupyterHub chart made in a tenant.
func notebooks(ctx context.Context, g Gomega, tenant client.Client) []string {
	list := &appsv1.DeploymentList{}
	g.Expect(tenant.List(ctx, list, client.InNamespace("jupyterhub"))).To(Succeed())
	names := make([]string, 0, len(list.Items))
	for _, d := range list.Items {
		names = append(names, d.Name)
	}
	return names
}
