package document

import (
	"strconv"
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
)

// labels are those that typed fields stand behind. What is not among them is only kept.
var labels = map[string]label{
	labelVersion:      {is: scene.version},
	labelCertificates: {kind: isBoolean, is: constant(booleanText(true))},
	labelPublic: {kind: isBoolean, is: func(s scene) string {
		return booleanText(s.cluster.Spec.APIEndpoint != nil && s.cluster.Spec.APIEndpoint.Public)
	}},
	labelExternalNetwork: {is: func(s scene) string { return s.network().ExternalNetworkID }},
	labelExternalSubnets: {is: func(s scene) string { return strings.Join(s.network().ExternalSubnetIDs, colon) }},
	labelServices:        {is: func(s scene) string { return s.network().ServiceCIDR }, otherwise: constant(bounds.DefaultServices)},
	labelPods:            {is: func(s scene) string { return s.network().PodCIDR }, otherwise: constant(bounds.DefaultPods)},
	labelPodSubnet: {kind: isInteger, is: func(s scene) string { return numberText(s.network().PodSubnetPrefix) }, otherwise: func(s scene) string {
		unset := *s.network()
		unset.PodSubnetPrefix = nil
		return strconv.Itoa(bounds.Subnet(&unset))
	}},
	labelCNI:      {is: func(s scene) string { return s.network().CNI }, otherwise: constant(bounds.DefaultCNI)},
	labelStrict:   {kind: isBoolean, is: func(s scene) string { return booleanText(s.network().StrictSecurityRules) }, otherwise: constant(booleanText(false))},
	labelRegistry: {is: func(s scene) string { return s.gateways().Registry }},
	labelStorage:  {is: func(s scene) string { return s.gateways().ObjectStorage }},

	labelZone:     {is: func(s scene) string { return s.machine().Zone }},
	labelImage:    {is: func(s scene) string { return s.machine().Image }},
	labelBootType: {is: func(s scene) string { return s.bootVolume().Type }},
	labelBootSize: {kind: isInteger, is: func(s scene) string { return numberText(s.bootVolume().SizeGiB) }},
	labelBootKey:  {is: func(s scene) string { return s.bootEncryption().KeyID }},
	labelNetworks: {is: func(s scene) string {
		return attachments(s, func(a fleetv1.NetworkAttachment) string { return a.NetworkID })
	}},
	labelSubnets: {is: func(s scene) string {
		return attachments(s, func(a fleetv1.NetworkAttachment) string { return a.SubnetID })
	}},

	bounds.FieldEnable: {kind: isBoolean, is: func(s scene) string { return booleanText(s.scaling().Enabled) }},
	bounds.FieldMin:    {kind: isInteger, is: func(s scene) string { return numberText(s.scaling().MinReplicas) }, otherwise: constant("1")},
	bounds.FieldMax: {kind: isInteger, is: func(s scene) string { return numberText(s.scaling().MaxReplicas) },
		otherwise: func(s scene) string { return strconv.Itoa(int(s.limit)) }},
	bounds.FieldDown: {kind: isBoolean, is: func(s scene) string {
		if enabled := s.scaleDown().Enabled; enabled != nil {
			return booleanText(*enabled)
		}
		return ""
	}, otherwise: constant(booleanText(true))},
	bounds.FieldUnneeded:    minutes(func(down *fleetv1.ScaleDown) *int32 { return down.UnneededMinutes }),
	bounds.FieldDelay:       minutes(func(down *fleetv1.ScaleDown) *int32 { return down.DelayAfterAddMinutes }),
	bounds.FieldUtilization: {kind: isInteger, is: func(s scene) string { return numberText(s.scaleDown().UtilizationPercent) }, otherwise: constant(strconv.Itoa(bounds.DefaultUtilization))},
}

// minutes is a label with a time of the autoscaler's.
func minutes(of func(*fleetv1.ScaleDown) *int32) label {
	return label{
		kind: isInteger, is: func(s scene) string { return numberText(of(s.scaleDown())) },
		otherwise: constant(strconv.Itoa(bounds.DefaultMinutes)),
	}
}

// clusterLabels are the labels that clusters have without being asked for them, where they are set or have a default.
var clusterLabels = []string{
	labelVersion, labelZone, labelImage, labelExternalNetwork, labelExternalSubnets, labelCertificates, labelPublic, labelStrict,
	labelNetworks, labelSubnets, labelCNI, labelServices, labelPods, labelPodSubnet, labelRegistry, labelStorage,
}

// groupLabels are those of node groups, and sharedLabels those that they have from their cluster.
var (
	groupLabels = []string{
		labelVersion, labelZone, labelImage, labelBootType, labelBootSize, labelBootKey, bounds.FieldEnable, bounds.FieldMin, bounds.FieldMax, bounds.FieldDown,
		bounds.FieldUnneeded, bounds.FieldDelay, bounds.FieldUtilization, labelNetworks, labelSubnets,
	}
	sharedLabels = []string{labelExternalNetwork, labelExternalSubnets, labelCertificates, labelPublic, labelStrict}
)
