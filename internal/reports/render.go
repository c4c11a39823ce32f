package reports

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Subject is what a report is about.
type Subject struct {
	// Object is the Cluster or NodePool.
	Object metav1.Object
	// Kind is fleetv1.KindCluster or fleetv1.KindNodePool.
	Kind string
	// Cluster is the name of the Cluster that the object is or belongs to.
	Cluster string
}

// Render makes an AdapterStatus that of an adapter about a subject: reference, labels, owner and finalizer. What others added
// stays, and so does the report. The owner reference does not block: a target that is deleted in the foreground would wait
// for the report, and the report waits for the target.
func Render(status *fleetv1.AdapterStatus, about Subject, adapter string) {
	if status.Spec.TargetRef.Name == "" {
		ref := fleetv1.TargetRef{Kind: about.Kind, Name: about.Object.GetName(), UID: about.Object.GetUID()}
		status.Spec = fleetv1.AdapterStatusSpec{TargetRef: ref, Adapter: adapter}
	}
	metav1.SetMetaDataLabel(&status.ObjectMeta, fleetv1.LabelCluster, about.Cluster)
	metav1.SetMetaDataLabel(&status.ObjectMeta, fleetv1.LabelAdapter, adapter)
	own(status, about)
	if status.DeletionTimestamp.IsZero() && !slices.Contains(status.Finalizers, fleetv1.ReportFinalizer) {
		status.Finalizers = append(status.Finalizers, fleetv1.ReportFinalizer)
	}
}

// own makes the subject an owner, in place of an earlier object of its name.
func own(status *fleetv1.AdapterStatus, about Subject) {
	owner := metav1.OwnerReference{
		APIVersion: fleetv1.SchemeGroupVersion.String(), Kind: about.Kind, Name: about.Object.GetName(), UID: about.Object.GetUID(),
	}
	for i, present := range status.OwnerReferences {
		if present.UID == owner.UID {
			return
		}
		if present.APIVersion == owner.APIVersion && present.Kind == owner.Kind && present.Name == owner.Name {
			status.OwnerReferences[i] = owner
			return
		}
	}
	status.OwnerReferences = append(status.OwnerReferences, owner)
}
