package cluster

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/slipway-dev/slipway/internal/aggregate"
)

// setStatus puts what follows from the scope into the Cluster's status.
func setStatus(s *scope, now metav1.Time) aggregate.Result {
	status, result := s.facts().Status(now)
	s.cluster.Status = status
	return result
}
