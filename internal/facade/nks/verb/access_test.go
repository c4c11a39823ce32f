package verb_test

import (
	"testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
)

func TestControlAccess(t *testing.T) {
	onCluster := []string{"test-k8s"}
	access := func(policy string, targets ...fleetv1.AccessTarget) func(*hub.Draft) {
		return func(d *hub.Draft) {
			d.Cluster.Spec.APIEndpoint = &fleetv1.APIEndpoint{AccessControl: &fleetv1.AccessControl{Policy: policy, Targets: targets}}
		}
	}
	public := func(d *hub.Draft) { d.Cluster.Spec.APIEndpoint.Public = true }
	run(t, verb.ControlAccess, "CLUSTER_API_EP_IPACL_UPDATE", map[string]row{
		"the published example": {
			body: `{"enable":"True","action":"ALLOW","ipacl_targets":[{"cidr_address":"192.168.0.5"},{"cidr_address":"10.10.22.3/24","description":"Your Friends"}]}`,
			want: access("Allow", fleetv1.AccessTarget{CIDR: "192.168.0.5"}, fleetv1.AccessTarget{CIDR: "10.10.22.3/24", Description: "Your Friends"}), touched: onCluster,
		},
		"the other action, another version of IP, and the other way to spell": {
			body: `{"enable":true,"action":"DENY","ipacl_targets":[{"cidr_address":"2001:db8::1/64","descripion":"Foes"}]}`,
			want: access("Deny", fleetv1.AccessTarget{CIDR: "2001:db8::1/64", Description: "Foes"}), touched: onCluster,
		},
		"off: whatever stands beside it is dropped": {
			body: `{"enable":"false","action":"perhaps","ipacl_targets":7}`, given: both(access("Deny", fleetv1.AccessTarget{CIDR: "10.0.0.1"}), public),
			want: func(d *hub.Draft) { d.Cluster.Spec.APIEndpoint = &fleetv1.APIEndpoint{Public: true} }, touched: onCluster,
		},
		"off where it never was on": {
			body: `{"enable":false}`, want: func(d *hub.Draft) { d.Cluster.Spec.APIEndpoint = &fleetv1.APIEndpoint{} }, touched: onCluster,
		},
		"the cluster's own nodes, where nobody is strict": {
			body: `{"enable":true,"action":"DENY","ipacl_targets":[{"cidr_address":"192.168.0.0/24"}]}`,
			want: access("Deny", fleetv1.AccessTarget{CIDR: "192.168.0.0/24"}), touched: onCluster,
		},
		"strict: as many targets as there may be": {
			strict: true, body: `{"enable":true,"action":"ALLOW","ipacl_targets":[` + times(100, `{"cidr_address":"192.168.0.0/24"}`) + `]}`,
			want: access("Allow", many(100, fleetv1.AccessTarget{CIDR: "192.168.0.0/24"})...), touched: onCluster,
		},
		"strict: to deny others": {
			strict: true, body: `{"enable":true,"action":"DENY","ipacl_targets":[{"cidr_address":"192.168.1.0/24"},{"cidr_address":"192.168.0.9"}]}`,
			want:    access("Deny", fleetv1.AccessTarget{CIDR: "192.168.1.0/24"}, fleetv1.AccessTarget{CIDR: "192.168.0.9"}),
			touched: onCluster,
		},

		"nothing": {body: `{}`, refused: []string{"400 Invalid input for field/attribute enable. Value: 'None'. Value is required."}},
		"on without the rest": {
			body: `{"enable":true}`, refused: []string{
				"400 Invalid input for field/attribute action. Value: 'None'. Value is required.",
				"400 Invalid input for field/attribute ipacl_targets. Value: 'None'. Value is required.",
			},
		},
		"an action in lower case, and no target": {
			body: `{"enable":true,"action":"allow","ipacl_targets":[]}`, refused: []string{
				"400 Invalid input for field/attribute action. Value: 'allow'. Value should be one of: ALLOW, DENY.",
				"400 Invalid input for field/attribute ipacl_targets. The list should not be empty.",
			},
		},
		"what is no address": {
			body: `{"enable":true,"action":"ALLOW","ipacl_targets":[{"cidr_address":"10.0.0.0/8"},{"cidr_address":"everybody"},{"description":"nobody"}]}`, refused: []string{
				"400 Invalid input for field/attribute ipacl_targets/1/cidr_address. Value: 'everybody'. Value should be an IPv4 or IPv6 address or CIDR.",
				"400 Invalid input for field/attribute ipacl_targets/2/cidr_address. Value: 'None'. Value is required.",
			},
		},
		"a description that is too long": {
			body:    `{"enable":true,"action":"ALLOW","ipacl_targets":[{"cidr_address":"10.0.0.0/8","description":"` + times(256, "x") + `"}]}`,
			refused: []string{"400 Invalid input for field/attribute ipacl_targets/0/description. Value: '" + times(200, "x") + "…'. Value should have at most 255 bytes."},
		},
		"strict: too many targets": {
			strict: true, body: `{"enable":true,"action":"ALLOW","ipacl_targets":[` + times(101, `{"cidr_address":"192.168.0.0/24"}`) + `]}`,
			refused: []string{"400 Invalid input for field/attribute ipacl_targets. The list should have at most 100 items."},
		},
		"strict: to deny the cluster's own subnet": {
			strict: true, body: `{"enable":true,"action":"DENY","ipacl_targets":[{"cidr_address":"10.0.0.0/8"},{"cidr_address":"192.168.0.0/24"}]}`,
			clashes: []string{"400 Invalid input for field/attribute ipacl_targets. " +
				"192.168.0.0/24 holds 192.168.0.1, a node of the cluster. The cluster's own subnet should not be denied."},
		},
		"strict: to deny one of the cluster's own nodes": {
			strict: true, body: `{"enable":true,"action":"DENY","ipacl_targets":[{"cidr_address":"192.168.0.2"}]}`,
			clashes: []string{"400 Invalid input for field/attribute ipacl_targets. " +
				"192.168.0.2 holds 192.168.0.2, a node of the cluster. The cluster's own subnet should not be denied."},
		},
	})
}
