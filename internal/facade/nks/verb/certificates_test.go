package verb_test

import (
	"testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestRenewCertificates(t *testing.T) {
	onCluster := []string{"test-k8s"}
	renewed := func(years int32) func(*hub.Draft) {
		return func(d *hub.Draft) {
			d.Cluster.Spec.Certificates = &fleetv1.Certificates{ValidityYears: years, RenewAfter: at(now.Truncate(1e9))}
		}
	}
	version := func(v string) func(*hub.Draft) { return func(d *hub.Draft) { d.Cluster.Spec.KubernetesVersion = v } }
	run(t, verb.RenewCertificates, "CLUSTER_ROTATE_CERTIFICATE", map[string]row{
		"the published example": {body: `{"term_of_validity":5}`, want: renewed(5), touched: onCluster},
		"the shortest time":     {body: `{"term_of_validity":"1"}`, want: renewed(1), touched: onCluster},
		"no time":               {body: `{}`, want: renewed(5), touched: onCluster},
		"no body":               {body: `null`, want: renewed(5), touched: onCluster},
		"again": {body: `{"term_of_validity":2}`, given: func(d *hub.Draft) {
			d.Cluster.Spec.Certificates = &fleetv1.Certificates{ValidityYears: 5, RenewAfter: at(fixture.Epoch)}
		}, want: renewed(2), touched: onCluster},
		"an old cluster":         {body: `{}`, given: version("v1.23.3"), want: renewed(5), touched: onCluster},
		"strict: a new cluster":  {strict: true, body: `{}`, given: version("v1.24.0"), want: renewed(5), touched: onCluster},
		"no time at all":         {body: `{"term_of_validity":0}`, refused: []string{"400 Invalid input for field/attribute term_of_validity. Value: '0'. Value should be between 1 and 5."}},
		"too long a time":        {body: `{"term_of_validity":6}`, refused: []string{"400 Invalid input for field/attribute term_of_validity. Value: '6'. Value should be between 1 and 5."}},
		"no integer":             {body: `{"term_of_validity":"ever"}`, refused: []string{"400 Invalid input for field/attribute term_of_validity. Value: 'ever'. Value should be an integer."}},
		"strict: an old cluster": {strict: true, body: `{}`, given: version("v1.23.3"), clashes: []string{"409 The certificates of cluster test-k8s cannot be renewed. It runs v1.23.3; v1.24.0 or later is needed."}},
		"strict: another network plugin": {
			strict: true, body: `{}`, given: connected(fleetv1.ClusterNetwork{CNI: "calico-ebpf"}),
			clashes: []string{"409 The certificates of cluster test-k8s cannot be renewed. Its CNI is calico-ebpf; calico is needed."},
		},
	})
}
