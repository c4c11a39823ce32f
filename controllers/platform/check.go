package platform

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
)

// faults returns what is wrong with a Platform, by field.
func faults(platform *fleetv1.Platform, others []fleetv1.Platform) []params.Fault {
	found := soleDefault(platform, others)
	found = append(found, networks(platform.Spec.ReservedCIDRs)...)
	found = append(found, schema("spec.clusterParametersSchema", platform.Spec.ClusterParametersSchema)...)
	return append(found, schema("spec.nodePoolParametersSchema", platform.Spec.NodePoolParametersSchema)...)
}

func isDefault(object client.Object) bool {
	return object.GetAnnotations()[fleetv1.AnnotationDefaultPlatform] == "true"
}

// soleDefault finds other Platforms that are the default, too. All of them are told: none can know which one was meant.
func soleDefault(platform *fleetv1.Platform, others []fleetv1.Platform) []params.Fault {
	if !isDefault(platform) {
		return nil
	}
	var rivals []string
	for i := range others {
		if isDefault(&others[i]) && others[i].DeletionTimestamp.IsZero() {
			rivals = append(rivals, others[i].Name)
		}
	}
	if len(rivals) == 0 {
		return nil
	}
	slices.Sort(rivals)
	return []params.Fault{{
		Path: "metadata.annotations[" + fleetv1.AnnotationDefaultPlatform + "]",
		Message: fmt.Sprintf("is true on %s as well; leave it on one Platform only, or no Cluster gets a Platform by default",
			strings.Join(rivals, ", ")),
	}}
}

func networks(cidrs []string) []params.Fault {
	var found []params.Fault
	for i, cidr := range cidrs {
		prefix, err := netip.ParsePrefix(cidr)
		switch {
		case err != nil:
			found = append(found, params.Fault{
				Path:    fmt.Sprintf("spec.reservedCIDRs[%d]", i),
				Message: fmt.Sprintf("%s is no CIDR; write it like 169.254.0.0/16", cidr),
			})
		case prefix != prefix.Masked():
			found = append(found, params.Fault{
				Path:    fmt.Sprintf("spec.reservedCIDRs[%d]", i),
				Message: fmt.Sprintf("%s has host bits set; write %s", cidr, prefix.Masked()),
			})
		}
	}
	return found
}

func schema(path string, document *runtime.RawExtension) []params.Fault {
	if document == nil || len(document.Raw) == 0 {
		return nil
	}
	if _, err := params.CompileSchema(document.Raw); err != nil {
		return []params.Fault{{Path: path, Message: err.Error()}}
	}
	return nil
}
