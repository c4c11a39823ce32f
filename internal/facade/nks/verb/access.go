package verb

import (
	"cmp"
	"net/netip"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/hub"
)

// Words for what happens to the targets of an access control list.
const (
	// Allow lets only the targets through.
	Allow = "ALLOW"
	// Deny keeps only the targets out.
	Deny = "DENY"
)

const (
	policyAllow = "Allow"
	policyDeny  = "Deny"

	fieldTargets   = "ipacl_targets"
	fieldAddress   = "cidr_address"
	maxDescription = 255
	strictTargets  = 100
)

// ControlAccess says from where the API server may be reached, or that it may be from everywhere.
func ControlAccess(r Request) (hub.Task, error) {
	body := fields.Read(r.Body)
	enable := body.Bool("enable", true)
	var wish *fleetv1.AccessControl
	if enable != nil && *enable {
		wish = readAccess(body, r.Strict)
	}
	return r.task(fleetv1.OperationClusterAccess, body, func(s *scene) error {
		if s.Cluster.Spec.APIEndpoint == nil {
			s.Cluster.Spec.APIEndpoint = &fleetv1.APIEndpoint{}
		}
		s.Cluster.Spec.APIEndpoint.AccessControl = wish
		if s.settings.Strict && wish != nil && wish.Policy == policyDeny {
			s.reaches(wish.Targets)
		}
		s.TouchCluster()
		return nil
	})
}

// readAccess reads an access control list.
func readAccess(body *fields.Object, strict bool) *fleetv1.AccessControl {
	wish := &fleetv1.AccessControl{Policy: policyAllow}
	if body.Text("action", fields.Text{Required: true, OneOf: []string{Allow, Deny}}) == Deny {
		wish.Policy = policyDeny
	}
	for _, item := range body.Objects(fieldTargets, fields.Objects{Required: true}) {
		rule := fields.Text{Max: maxDescription}
		wish.Targets = append(wish.Targets, fleetv1.AccessTarget{
			CIDR: item.Address(fieldAddress),
			// The published document spells it in both ways.
			Description: cmp.Or(item.Text("description", rule), item.Text("descripion", rule)),
		})
	}
	if strict && len(wish.Targets) > strictTargets {
		body.Refuse(fieldTargets, "The list should have at most %d items.", strictTargets)
	}
	return wish
}

// reaches checks that the cluster's own nodes are not kept out. Of the subnet that they are in the platform reports their addresses.
func (s *scene) reaches(denied []fleetv1.AccessTarget) {
	for _, pool := range s.Pools {
		for _, node := range pool.Status.Nodes {
			address, err := netip.ParseAddr(node.Address)
			if err != nil {
				continue
			}
			for _, target := range denied {
				if covers(target.CIDR, address) {
					s.refuse(fieldTargets, "%s holds %s, a node of the cluster. The cluster's own subnet should not be denied.", target.CIDR, address)
					return
				}
			}
		}
	}
}

// covers tells whether an address is what a target names, or is in it.
func covers(target string, address netip.Addr) bool {
	if network, err := netip.ParsePrefix(target); err == nil {
		return network.Contains(address)
	}
	one, err := netip.ParseAddr(target)
	return err == nil && one == address
}
