package reports

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Promise says on an AdapterStatus that whoever stores this report brings the status of its target in line right after. It is
// good for this report only.
func Promise(status *fleetv1.AdapterStatus) {
	if status.Report != nil {
		metav1.SetMetaDataAnnotation(&status.ObjectMeta, fleetv1.AnnotationSettling, promiseOf(status.Report))
	}
}

// Promised tells whether the writer of the report brings the status of its target in line. It may have failed to: what is
// promised is to be looked at later, not never.
func Promised(status *fleetv1.AdapterStatus) bool {
	return status.Report != nil && status.Annotations[fleetv1.AnnotationSettling] == promiseOf(status.Report)
}

func promiseOf(report *fleetv1.Report) string {
	return report.ObservedTime.UTC().Format(metav1.RFC3339Micro)
}
