package verb

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/limits"
)

// maxYears is for how many years certificates may be valid, and are where nothing is said.
const maxYears = 5

// strictRenewal is the Kubernetes version from which on certificates can be renewed under the strict rules.
const strictRenewal = "v1.24.0"

// RenewCertificates asks for new certificates.
func RenewCertificates(r Request) (hub.Task, error) {
	body := fields.Read(r.Body)
	years := int32(maxYears)
	if given := body.Integer("term_of_validity", fields.Integer{Min: 1, Max: maxYears}); given != nil {
		years = *given
	}
	after := metav1.NewTime(r.Now).Rfc3339Copy()
	return r.task(fleetv1.OperationClusterCertificates, body, func(s *scene) error {
		if s.settings.Strict {
			s.renewable()
		}
		s.Cluster.Spec.Certificates = &fleetv1.Certificates{ValidityYears: years, RenewAfter: &after}
		s.TouchCluster()
		return nil
	})
}

// renewable checks whether a cluster can get new certificates under the strict rules.
func (s *scene) renewable() {
	if version := s.controlPlaneVersion(); limits.Lower(version, strictRenewal) {
		s.clash("The certificates of cluster %s cannot be renewed. It runs %s; %s or later is needed.", s.Cluster.Name, version, strictRenewal)
	}
	if cni := s.cni(); cni != bounds.DefaultCNI {
		s.clash("The certificates of cluster %s cannot be renewed. Its CNI is %s; %s is needed.", s.Cluster.Name, cni, bounds.DefaultCNI)
	}
}
