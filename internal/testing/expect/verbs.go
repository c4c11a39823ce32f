package expect

import (
	"context"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/slipway-dev/slipway/internal/conditions"
)

// Namespace creates a namespace with a name of its own and returns the name.
func Namespace(ctx context.Context, c client.Client, labels map[string]string) string {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-", Labels: labels}}
	gomega.ExpectWithOffset(1, c.Create(ctx, namespace)).To(gomega.Succeed())
	return namespace.Name
}

// Applied creates objects, or overwrites those that exist already, whatever their resource version. A status is ignored.
func Applied(ctx context.Context, c client.Client, objects ...client.Object) {
	for _, object := range objects {
		stored, ok := object.DeepCopyObject().(client.Object)
		gomega.ExpectWithOffset(1, ok).To(gomega.BeTrue())
		err := c.Get(ctx, client.ObjectKeyFromObject(object), stored)
		if apierrors.IsNotFound(err) {
			gomega.ExpectWithOffset(1, c.Create(ctx, object)).To(gomega.Succeed())
			continue
		}
		gomega.ExpectWithOffset(1, err).NotTo(gomega.HaveOccurred())
		object.SetResourceVersion(stored.GetResourceVersion())
		object.SetUID(stored.GetUID())
		object.SetFinalizers(stored.GetFinalizers())
		object.SetOwnerReferences(stored.GetOwnerReferences())
		gomega.ExpectWithOffset(1, c.Update(ctx, object)).To(gomega.Succeed())
	}
}

// Reconciled reconciles an object once, expects success, and refreshes the object if it is still there.
func Reconciled(ctx context.Context, c client.Client, r reconcile.Reconciler, object client.Object) reconcile.Result {
	key := client.ObjectKeyFromObject(object)
	result, err := r.Reconcile(ctx, reconcile.Request{NamespacedName: key})
	gomega.ExpectWithOffset(1, err).NotTo(gomega.HaveOccurred())
	gomega.ExpectWithOffset(1, client.IgnoreNotFound(c.Get(ctx, key, object))).To(gomega.Succeed())
	return result
}

// Refreshed reads an object anew.
func Refreshed(ctx context.Context, c client.Client, object client.Object) {
	gomega.ExpectWithOffset(1, c.Get(ctx, client.ObjectKeyFromObject(object), object)).To(gomega.Succeed())
}

// Gone expects that an object does not exist any more.
func Gone(ctx context.Context, c client.Client, object client.Object) {
	err := c.Get(ctx, client.ObjectKeyFromObject(object), object)
	gomega.ExpectWithOffset(1, apierrors.IsNotFound(err)).To(gomega.BeTrue(), "expected NotFound, got %v", err)
}

// Deleted asks for the deletion of an object and refreshes it if something keeps it.
func Deleted(ctx context.Context, c client.Client, object client.Object) {
	gomega.ExpectWithOffset(1, c.Delete(ctx, object)).To(gomega.Succeed())
	err := c.Get(ctx, client.ObjectKeyFromObject(object), object)
	gomega.ExpectWithOffset(1, client.IgnoreNotFound(err)).To(gomega.Succeed())
}

// Condition expects a condition to have a status, a reason and a message. The message is a string or a matcher; leave it out
// where it does not matter.
func Condition(object conditions.Object, conditionType string, status metav1.ConditionStatus, reason string, message ...any) {
	condition := conditions.Get(object, conditionType)
	gomega.ExpectWithOffset(1, condition).NotTo(gomega.BeNil(), "no condition %s on %s", conditionType, object.GetName())
	gomega.ExpectWithOffset(1, condition.Status).To(gomega.Equal(status), "status of %s: %s", conditionType, condition.Message)
	gomega.ExpectWithOffset(1, condition.Reason).To(gomega.Equal(reason), "reason of %s: %s", conditionType, condition.Message)
	for _, wished := range message {
		matcher, ok := wished.(types.GomegaMatcher)
		if !ok {
			matcher = gomega.Equal(wished)
		}
		gomega.ExpectWithOffset(1, condition.Message).To(matcher, "message of %s", conditionType)
	}
}
