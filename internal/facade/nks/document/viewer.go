package document

import (
	"cmp"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// Viewer is who reads objects.
type Viewer struct {
	// Base is what links begin with, without a trailing slash.
	Base string
	// Gophercloud tells that the client is built on gophercloud: its labels are texts, and only those that it sent.
	Gophercloud bool
	// Whole tells that the client may have back the secrets in labels that it sent. It is of use for Gophercloud only.
	Whole bool
	// Secrets are the contents of Secrets by name, as far as they are to be shown: those that SecretsOf names. Nil in lists.
	Secrets map[string]map[string][]byte
}

// SecretsOf returns the names of the Secrets that a node group's labels come from, for the answers in which they are shown: of node
// groups those of a single one, of clusters, whose default-worker it is then, those for a Viewer with Whole.
func SecretsOf(pool *hub.Record) []string {
	s := scene{pool: &pool.NodePool.Spec}
	names := []string{s.pool.UserScriptSecretName, s.bootEncryption().AppKeySecretName}
	for _, volume := range s.machine().ExtraVolumes {
		if volume.Encryption != nil && volume.Encryption.AppKeySecretName != "" {
			// Each of them holds the whole label.
			names = append(names, volume.Encryption.AppKeySecretName)
			break
		}
	}
	made := names[:0]
	for _, name := range names {
		if name != "" {
			made = append(made, name)
		}
	}
	return made
}

// Link is where an object is found.
type Link struct {
	Href string `json:"href"`
	Rel  string `json:"rel"`
}

// Links are those of the object at a path below /v1.
func Links(base, path string) []Link {
	return []Link{{Href: base + "/v1" + path, Rel: "self"}, {Href: base + path, Rel: "bookmark"}}
}

// timeForm is how times are written.
const timeForm = "2006-01-02T15:04:05-07:00"

// Time writes a time, in UTC; nil if there is none.
func Time(t *metav1.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.UTC().Format(timeForm)
	return &text
}

// updated is when a condition last changed.
func updated(conditions []metav1.Condition) *string {
	newest := metav1.Time{}
	for _, condition := range conditions {
		if condition.LastTransitionTime.After(newest.Time) {
			newest = condition.LastTransitionTime
		}
	}
	return Time(&newest)
}

// orNull is a text, or null where it is empty.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// addresses are those of the nodes of node groups.
func addresses(pools ...*hub.Record) []string {
	found := []string{}
	for _, pool := range pools {
		for _, node := range pool.NodePool.Status.Nodes {
			if node.Address != "" {
				found = append(found, node.Address)
			}
		}
	}
	return found
}

// roleOf is the role of a node group.
func roleOf(pool *fleetv1.NodePool) string { return cmp.Or(pool.Spec.Role, roleWorker) }
