package document

import (
	"bytes"
	"encoding/json"
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/kept"
	"github.com/slipway-dev/slipway/internal/hub"
)

// echo gives labels back.
type echo struct {
	scene
	viewer Viewer
	// own tells that the labels were sent with the object that is looked at.
	own bool
}

// labelsOf are the labels of a cluster.
func labelsOf(fleet *hub.Fleet, viewer Viewer) map[string]any {
	e := echo{scene: sceneOf(fleet, nil), viewer: viewer, own: true}
	if !viewer.Whole || !viewer.Gophercloud {
		e.viewer.Secrets = nil
	}
	sent := kept.Of(fleet.Cluster.Cluster.Spec.Extensions).Labels
	made := e.sent(sent)
	if viewer.Gophercloud && sent != nil {
		return made
	}
	e.add(made, clusterLabels, false)
	addMissing(made, labelAutoscaler, autoscalerFeature)
	if of := e.cluster.Spec.Certificates; of != nil && of.ValidityYears > 0 {
		addMissing(made, labelValidity, numberText(&of.ValidityYears))
	}
	if at := Time(e.cluster.Status.CertificateExpiry); at != nil {
		addMissing(made, labelExpiry, *at)
	}
	return made
}

// labelsOfGroup are the labels of a node group.
func labelsOfGroup(fleet *hub.Fleet, pool *hub.Record, viewer Viewer) map[string]any {
	e := echo{scene: sceneOf(fleet, pool), viewer: viewer, own: pool.NodePool.Spec.Extensions != nil && pool.NodePool.Spec.Extensions.NKS != nil}
	ofCluster := kept.Of(fleet.Cluster.Cluster.Spec.Extensions).Labels
	sent := ofCluster
	switch {
	case e.own:
		sent = kept.Of(pool.NodePool.Spec.Extensions).Labels
	case pool.Name != fleetv1.DefaultWorkerPool:
		sent = nil
	}
	made := e.sent(sent)
	if viewer.Gophercloud && (sent != nil || e.own) {
		return made
	}
	e.add(made, groupLabels, true)
	e.addLists(made)
	for _, name := range sharedLabels {
		if value, found := ofCluster[name]; found && made[name] == nil {
			if shown, ok := e.one(name, value); ok {
				made[name] = shown
			}
		}
	}
	e.add(made, sharedLabels, true)
	addMissing(made, labelAutoscaler, autoscalerFeature)
	e.addSecrets(made)
	return made
}

// sent gives back what was sent, as far as it is still true.
func (e echo) sent(labels map[string]kept.Value) map[string]any {
	made := make(map[string]any, len(labels))
	for name, value := range labels {
		if shown, ok := e.one(name, value); ok {
			made[name] = shown
		}
	}
	return made
}

// one gives back one label, or says what has become of it; false if it is not to be shown.
func (e echo) one(name string, sent kept.Value) (any, bool) {
	switch name {
	case fleetv1.UserScriptKey, fleetv1.UserScriptV2Key, kept.LabelAppKey:
		return e.secret(name, sent)
	}
	if of, isList := lists[name]; isList {
		return e.list(of, name, sent), true
	}
	known, isTyped := labels[name]
	if !isTyped {
		return e.untyped(sent)
	}
	now := known.now(e.scene)
	if means, ok := known.means(e.scene, sent.Any); ok && means == now {
		return scalarText(sent)
	}
	// A text that is gone is an empty one; a number that is gone is none.
	return now, now != "" || known.kind == isText
}

// untyped gives back what nothing else is known of.
func (e echo) untyped(sent kept.Value) (any, bool) {
	if _, isArray := sent.Any.([]any); isArray {
		return e.array(sent.JSON), true
	}
	return scalarText(sent)
}

// scalarText is the text of a scalar: labels are texts, whatever they were sent as.
func scalarText(sent kept.Value) (any, bool) {
	switch v := sent.Any.(type) {
	case string:
		return v, true
	case json.Number, bool:
		return string(sent.JSON), true
	}
	return nil, false
}

// array is a list: clients on gophercloud want its text.
func (e echo) array(text []byte) any {
	if e.viewer.Gophercloud {
		return string(text)
	}
	return json.RawMessage(text)
}

// list gives back a list of objects.
func (e echo) list(of list, name string, sent kept.Value) any {
	if means, ok := of.means(sent.Any); !ok || !bytes.Equal(means, of.is(e.scene)) {
		return e.array(of.shown(e.scene))
	}
	value := sent
	if whole, found := e.whole(name); found {
		value = whole
	}
	if text, isText := value.Any.(string); isText {
		shown := withoutSecrets([]byte(text))
		if text == "" || e.viewer.Gophercloud {
			return string(shown)
		}
		return json.RawMessage(shown)
	}
	return e.array(withoutSecrets(value.JSON))
}

// withoutSecrets takes away the marks of secrets from the text of a list.
func withoutSecrets(array []byte) []byte {
	made, _ := kept.Items(array, func(name string, value []byte) []byte {
		if name == kept.MemberAppKey && string(value) == "{}" {
			return nil
		}
		return value
	})
	return made
}

// whole is a label with the secrets in it, for a client that may have back what it sent.
func (e echo) whole(name string) (kept.Value, bool) {
	if !e.own || !e.viewer.Whole || !e.viewer.Gophercloud || name != kept.LabelVolumes {
		return kept.Value{}, false
	}
	for _, volume := range e.machine().ExtraVolumes {
		if volume.Encryption == nil {
			continue
		}
		if text, found := e.viewer.Secrets[volume.Encryption.AppKeySecretName][kept.LabelVolumes]; found {
			return kept.Parse(text)
		}
	}
	return kept.Value{}, false
}

// secretOf is the value of a label that is secret; false if it is not at hand.
func (e echo) secretOf(name string) (string, bool) {
	secret, key := e.bootEncryption().AppKeySecretName, fleetv1.AppKeyKey
	if name != kept.LabelAppKey {
		secret, key = "", name
		if e.pool != nil {
			secret = e.pool.UserScriptSecretName
		}
	}
	value, found := e.viewer.Secrets[secret][key]
	return string(value), found
}

// secret gives back a label that is secret, to those who may see it. Where an empty text was sent there is nothing to hide.
func (e echo) secret(name string, sent kept.Value) (any, bool) {
	if value, found := e.secretOf(name); found {
		return value, true
	}
	return "", sent.Any == ""
}

// add adds labels that nobody sent. Node groups have booleans in lower case.
func (e echo) add(made map[string]any, names []string, lower bool) {
	for _, name := range names {
		now := labels[name].now(e.scene)
		if lower && labels[name].kind == isBoolean {
			now = strings.ToLower(now)
		}
		if now != "" {
			addMissing(made, name, now)
		}
	}
}

// addLists adds the lists that nobody sent.
func (e echo) addLists(made map[string]any) {
	for name, of := range lists {
		if shown := of.shown(e.scene); string(shown) != "[]" {
			addMissing(made, name, e.array(shown))
		}
	}
}

// addSecrets adds the secret labels that nobody sent, to those who may see them.
func (e echo) addSecrets(made map[string]any) {
	for _, name := range append(scripts[:len(scripts):len(scripts)], kept.LabelAppKey) {
		if value, found := e.secretOf(name); found {
			addMissing(made, name, value)
		}
	}
	if e.pool.UserScriptSecretName == "" {
		addMissing(made, fleetv1.UserScriptV2Key, "")
	}
}

func addMissing(made map[string]any, name string, value any) {
	if _, found := made[name]; !found {
		made[name] = value
	}
}
