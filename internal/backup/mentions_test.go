package backup

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/sets"
)

func TestMentions(t *testing.T) {
	for name, tc := range map[string]struct {
		object              string
		secrets, configMaps []string
	}{
		"a Cluster has Secrets by its name, and names others": {
			object: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Cluster, metadata: {name: c}, spec: {kubeconfigSecretName: wished},
              status: {kubeconfigSecretName: reported}}`,
			secrets: []string{"c-ca", "c-kubeconfig", "reported", "wished"},
		},
		"a NodePool names its scripts and the keys of its volumes": {
			object: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: NodePool, metadata: {name: p},
              spec: {userScriptSecretName: scripts, machine: {extraVolumes: [{encryption: {secretName: key}}]}}}`,
			secrets: []string{"key", "scripts"},
		},
		"an Addon names values, now and in its history": {
			object: `{apiVersion: fleet.slipway.dev/v1alpha1, kind: Addon, metadata: {name: a},
              spec: {valuesFrom: [{kind: Secret, name: now}, {kind: ConfigMap, name: config}]},
              status: {paramsSecrets: [ignored], history: [{valuesFrom: [{kind: Secret, name: before}]}]}}`,
			secrets: []string{"before", "now"}, configMaps: []string{"config"},
		},
		"a source names its credentials": {
			object:  `{apiVersion: source.toolkit.fluxcd.io/v1, kind: OCIRepository, metadata: {name: s}, spec: {secretRef: {name: pull}, certSecretRef: {name: ca}}}`,
			secrets: []string{"ca", "pull"},
		},
		"other references lead elsewhere": {
			object: `{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: r}, spec: {chartRef: {kind: OCIRepository, name: r}, serviceAccountRef: {name: x}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMentions()
			m.add(object(t, tc.object))
			if diff := cmp.Diff(tc.secrets, sets.List(m.secrets), cmp.Transformer("nil", emptyAsNil)); diff != "" {
				t.Errorf("Secrets (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tc.configMaps, sets.List(m.configMaps), cmp.Transformer("nil", emptyAsNil)); diff != "" {
				t.Errorf("ConfigMaps (-want +got)\n%s", diff)
			}
		})
	}
}

func emptyAsNil(list []string) map[string]bool {
	names := map[string]bool{}
	for _, name := range list {
		names[name] = true
	}
	return names
}

func TestBelongs(t *testing.T) {
	m := newMentions()
	m.secrets.Insert("named", "token")
	m.configMaps.Insert("config")
	for name, tc := range map[string]struct {
		object string
		want   bool
	}{
		"a Secret that is named":             {`{apiVersion: v1, kind: Secret, metadata: {name: named}}`, true},
		"a Secret of somebody else":          {`{apiVersion: v1, kind: Secret, metadata: {name: config}}`, false},
		"a ConfigMap that is named":          {`{apiVersion: v1, kind: ConfigMap, metadata: {name: config}}`, true},
		"a ConfigMap of somebody else":       {`{apiVersion: v1, kind: ConfigMap, metadata: {name: named}}`, false},
		"a token of a service account":       {`{apiVersion: v1, kind: Secret, type: kubernetes.io/service-account-token, metadata: {name: token}}`, false},
		"an access key":                      {`{apiVersion: v1, kind: Secret, type: fleet.slipway.dev/access-key, metadata: {name: k}}`, true},
		"a Secret with a label of Slipway's": {`{apiVersion: v1, kind: Secret, metadata: {name: k, labels: {fleet.slipway.dev/kept: "true"}}}`, true},
		"a Secret that a Cluster owns": {`{apiVersion: v1, kind: Secret, metadata: {name: k,
          ownerReferences: [{apiVersion: fleet.slipway.dev/v1alpha1, kind: Cluster, name: c, uid: u}]}}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := m.belongs(object(t, tc.object)); got != tc.want {
				t.Errorf("it belongs: %t, want %t", got, tc.want)
			}
		})
	}
}
