package params

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/rand"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func TestCheckReferences(t *testing.T) {
	addon := &fleetv1.Addon{ObjectMeta: metav1.ObjectMeta{Name: "mine"}}
	for name, test := range map[string]struct{ kind, secret, want string }{
		"a Secret of one's own":                       {"Secret", "mine-values-of-mine", ""},
		"a ConfigMap may be called anything":          {"ConfigMap", "a-kubeconfig", ""},
		"the kubeconfig of a Cluster":                 {"Secret", "a-kubeconfig", `v[0].name: "a-kubeconfig" holds a kubeconfig and cannot be used for values; name another Secret`},
		"the kubeconfig of an Addon":                  {"Secret", "b.kubeconfig", `v[0].name: "b.kubeconfig" holds a kubeconfig and cannot be used for values; name another Secret`},
		"a kubeconfig that is called otherwise":       {"Secret", "odd", `v[0].name: "odd" holds a kubeconfig and cannot be used for values; name another Secret`},
		"one's own params":                            {"Secret", SecretName("mine", "bcdfg24567"), ""},
		"the params of another":                       {"Secret", SecretName("mine-too", "bcdfg24567"), `v[0].name: "mine-too-params-bcdfg24567" holds the params of Addon mine-too and cannot be used for values; name another Secret`},
		"the params of one whose name begins alike":   {"Secret", SecretName("mine-params-x", "bcdfg24567"), `v[0].name: "mine-params-x-params-bcdfg24567" holds the params of Addon mine-params-x and cannot be used for values; name another Secret`},
		"a name that people give to params is theirs": {"Secret", "other-params-production", ""},
	} {
		t.Run(name, func(t *testing.T) {
			addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: test.kind, Name: test.secret}}
			if diff := cmp.Diff(test.want, Join(CheckReferences(addon, "v", "odd"))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSecretNameIsRecognized(t *testing.T) {
	addon := &fleetv1.Addon{ObjectMeta: metav1.ObjectMeta{Name: "mine"}, Spec: fleetv1.AddonSpec{
		ValuesFrom: []fleetv1.ValuesReference{{Kind: "Secret", Name: SecretName("other", rand.String(SecretRandom))}},
	}}
	if faults := CheckReferences(addon, "v"); len(faults) != 1 {
		t.Errorf("%s was allowed", addon.Spec.ValuesFrom[0].Name)
	}
}

func TestCheckSecret(t *testing.T) {
	for name, test := range map[string]struct {
		kind   corev1.SecretType
		labels map[string]string
		want   string
	}{
		"a Secret of one's own":         {kind: corev1.SecretTypeOpaque},
		"one without a type":            {},
		"one's own params":              {kind: corev1.SecretTypeOpaque, labels: map[string]string{fleetv1.LabelAddon: "mine", fleetv1.LabelParams: "true"}},
		"the params of another":         {labels: map[string]string{fleetv1.LabelAddon: "b", fleetv1.LabelParams: "true"}, want: `v[0].name: "s" holds the params of Addon b and cannot be used for values; name another Secret`},
		"params of nobody":              {labels: map[string]string{fleetv1.LabelParams: "true"}, want: `v[0].name: "s" holds the params of Addon  and cannot be used for values; name another Secret`},
		"what was rendered for another": {labels: map[string]string{fleetv1.LabelAddon: "b"}, want: `v[0].name: "s" was made by Slipway for the release of Addon b and cannot be used for values; name another Secret`},
		"what was rendered for oneself": {labels: map[string]string{fleetv1.LabelAddon: "mine"}, want: `v[0].name: "s" was made by Slipway for the release of Addon mine and cannot be used for values; name another Secret`},
		"the token of an account":       {kind: corev1.SecretTypeServiceAccountToken, want: `v[0].name: "s" is of type kubernetes.io/service-account-token and not Opaque and cannot be used for values; name another Secret`},
		"an access key":                 {kind: fleetv1.SecretTypeAccessKey, want: `v[0].name: "s" is of type fleet.slipway.dev/access-key and not Opaque and cannot be used for values; name another Secret`},
		"a record of Helm":              {kind: "helm.sh/release.v1", want: `v[0].name: "s" is of type helm.sh/release.v1 and not Opaque and cannot be used for values; name another Secret`},
	} {
		t.Run(name, func(t *testing.T) {
			secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "s", Labels: test.labels}, Type: test.kind}
			if diff := cmp.Diff(test.want, Join(CheckSecret("mine", secret, "v[0]"))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
