package hyperfleet

import (
	"fmt"
	"math/big"
	"regexp"

	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

var (
	idForm   = regexp.MustCompile(`^2[0-9a-z]{25}$`)
	uuidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

// errNoObject is the error of a path that can name no object.
var errNoObject = &hub.Error{Reason: hub.NotFound, Message: "there is no such object"}

// uidOf returns the UUID that a path segment means, if it has the form of an id or of a UUID. An id above all UUIDs means itself:
// it has the form of an id, and no object has it.
func uidOf(segment string) (types.UID, bool) {
	if uuidForm.MatchString(segment) {
		return types.UID(segment), true
	}
	if !idForm.MatchString(segment) {
		return "", false
	}
	number, _ := new(big.Int).SetString(segment[1:], 36)
	if number.BitLen() > 128 {
		return types.UID(segment), true
	}
	digits := fmt.Sprintf("%032x", number)
	return types.UID(digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:]), true
}

// refOf reads a path segment: an id or a UUID where it has the form of one, else a name.
func refOf(kind, segment string) hub.Ref {
	if uid, ok := uidOf(segment); ok {
		return hub.Ref{Kind: kind, ID: uid}
	}
	return hub.Ref{Kind: kind, Name: segment}
}

// targetOf reads which object the variables of a path name. Errors: NotFound, for a node pool by name where no cluster is named.
func targetOf(variables map[string]string) (hub.Ref, error) {
	pool, isPool := variables[varNodePool]
	cluster := clusterOf(variables)
	if !isPool {
		return *cluster, nil
	}
	ref := refOf(fleetv1.KindNodePool, pool)
	if ref.Cluster = cluster; cluster == nil && ref.ID == "" {
		return hub.Ref{}, errNoObject
	}
	return ref, nil
}

// refOfVariables is targetOf for those who look an object up only to know its name: they find nothing by an empty reference.
func refOfVariables(variables map[string]string) hub.Ref {
	ref, err := targetOf(variables)
	if err != nil {
		return hub.Ref{}
	}
	return ref
}

// clusterOf reads which cluster the variables of a path name, if any.
func clusterOf(variables map[string]string) *hub.Ref {
	segment, ok := variables[varCluster]
	if !ok {
		return nil
	}
	ref := refOf(fleetv1.KindCluster, segment)
	return &ref
}
