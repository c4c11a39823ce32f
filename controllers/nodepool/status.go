package nodepool

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/evaluate"
)

// setStatus puts what follows from the scope into the NodePool's status.
func setStatus(s *scope, now metav1.Time) aggregate.Result {
	status, result := evaluate.NodePool{
		Object: s.pool, Cluster: s.cluster, Siblings: s.siblings,
		Reports: s.Reports, Platform: s.platform, Namespace: s.Namespace,
	}.Status(now)
	s.pool.Status = status
	return result
}
