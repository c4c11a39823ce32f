package params

import (
	"fmt"
	"regexp"
	"slices"

	corev1 "k8s.io/api/core/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

const (
	// SecretKey is the key under which the Secret that Slipway makes for writeOnly params holds them, as JSON text.
	SecretKey = "params.yaml"
	// SecretRandom is how many random characters end the name of such a Secret.
	SecretRandom = 10
)

// SecretName is the name of the Secret that Slipway makes for the writeOnly params of an Addon. random are SecretRandom
// characters as k8s.io/apimachinery/pkg/util/rand makes them: no word is made of those, so that no name that a person gives is
// taken for one of these.
func SecretName(addon, random string) string { return addon + "-params-" + random }

// kubeconfigSecrets ends the name of every Secret in which Slipway keeps a kubeconfig: <cluster>-kubeconfig and
// <addon>.kubeconfig. paramsSecrets are the names that SecretName makes.
var (
	kubeconfigSecrets = regexp.MustCompile(`[-.]kubeconfig$`)
	paramsSecrets     = regexp.MustCompile(fmt.Sprintf(`^(.+)-params-[bcdfghjklmnpqrstvwxz2456789]{%d}$`, SecretRandom))
)

// CheckReferences refuses references of an Addon to Secrets that are not for it, as far as names tell: through a chart's values
// what they hold would reach the tenant cluster, and with it whoever can read there. Those are kubeconfigs, also the Secrets
// kubeconfigs that are named otherwise, and the Secrets that Slipway made for the params of other Addons. Admission and the
// controller call it; what only the Secret itself tells, CheckSecret says. Faults are named below at, for example
// spec.valuesFrom.
func CheckReferences(addon *fleetv1.Addon, at string, kubeconfigs ...string) []Fault {
	var faults []Fault
	for i, ref := range addon.Spec.ValuesFrom {
		if ref.Kind != "Secret" {
			continue
		}
		reason := ""
		made := paramsSecrets.FindStringSubmatch(ref.Name)
		switch {
		case kubeconfigSecrets.MatchString(ref.Name), slices.Contains(kubeconfigs, ref.Name):
			reason = "holds a kubeconfig"
		case made != nil && made[1] != addon.Name:
			reason = "holds the params of Addon " + made[1]
		default:
			continue
		}
		faults = append(faults, refused(ref.Name, reason, path{text: at}.index(i)))
	}
	return faults
}

// CheckSecret refuses a Secret that a reference of an Addon leads to, by what the Secret says of itself: only Secrets of type
// Opaque are for settings, so that tokens of service accounts, access keys, registry credentials and Helm's records stay where
// they are; and what was rendered for an add-on, or made for another one's params, is not for this one. The controller calls it
// wherever it reads such a Secret. at is the reference, for example spec.valuesFrom[0].
func CheckSecret(addon string, secret *corev1.Secret, at string) []Fault {
	owner := secret.Labels[fleetv1.LabelAddon]
	isParams := secret.Labels[fleetv1.LabelParams] == "true"
	reason := ""
	switch {
	case secret.Type != "" && secret.Type != corev1.SecretTypeOpaque:
		reason = fmt.Sprintf("is of type %s and not Opaque", secret.Type)
	case isParams && owner != addon:
		reason = "holds the params of Addon " + owner
	case !isParams && owner != "":
		reason = "was made by Slipway for the release of Addon " + owner
	default:
		return nil
	}
	return []Fault{refused(secret.Name, reason, path{text: at})}
}

func refused(name, reason string, at path) Fault {
	return Fault{Path: at.key("name").text, Message: fmt.Sprintf("%q %s and cannot be used for values; name another Secret", name, reason)}
}
