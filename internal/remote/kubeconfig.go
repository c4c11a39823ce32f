package remote

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Kubeconfig is a kubeconfig rebuilt from the allow-list. It is immutable; only Parse makes one.
type Kubeconfig struct {
	server     string
	serverName string
	caData     []byte
	certData   []byte
	keyData    []byte
	token      string

	bytes    []byte
	checksum string
}

// Parse reads a kubeconfig and rebuilds its current context from the allow-list. What is not accepted gives a *RefusedError
// that lists every fault; what is no kubeconfig gives an error that wraps ErrUnreadable. Neither quotes the content.
func Parse(raw []byte) (*Kubeconfig, error) {
	doc, err := read(raw)
	if err != nil {
		return nil, err
	}
	k, c := &Kubeconfig{}, &checker{}
	cluster, user, found := c.current(doc)
	if found {
		c.cluster(cluster, k)
		c.user(user, k)
	}
	if len(c.faults) > 0 {
		return nil, &RefusedError{Faults: c.faults}
	}
	if k.bytes, err = k.render(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(k.bytes)
	k.checksum = hex.EncodeToString(sum[:])[:32]
	return k, nil
}

// current finds the cluster and user of the current context.
func (c *checker) current(doc *document) (cluster, user fields, found bool) {
	if doc.CurrentContext == "" {
		c.fault("current-context", "it is missing; name one of contexts")
		return nil, nil, false
	}
	contexts, clusters, users := 0, 0, 0
	var clusterName, userName string
	for _, context := range doc.Contexts {
		if context.Name == doc.CurrentContext {
			contexts, clusterName, userName = contexts+1, context.Context.Cluster, context.Context.User
		}
	}
	if !c.single(contexts, "current-context", "contexts") {
		return nil, nil, false
	}
	for _, named := range doc.Clusters {
		if named.Name == clusterName {
			clusters, cluster = clusters+1, named.Fields
		}
	}
	for _, named := range doc.Users {
		if named.Name == userName {
			users, user = users+1, named.Fields
		}
	}
	foundCluster := c.single(clusters, "context.cluster", "clusters")
	foundUser := c.single(users, "context.user", "users")
	return cluster, user, foundCluster && foundUser
}

func (c *checker) single(count int, field, list string) bool {
	if count == 1 {
		return true
	}
	c.fault(field, fmt.Sprintf("it must name exactly one entry of %s; %d have that name", list, count))
	return false
}

// render writes the canonical kubeconfig. yaml sorts the keys of maps, which makes it deterministic.
func (k *Kubeconfig) render() ([]byte, error) {
	const name = "slipway"
	cluster, user := map[string]any{"server": k.server}, map[string]any{}
	set := func(m map[string]any, key, value string) {
		if value != "" {
			m[key] = value
		}
	}
	set(cluster, "tls-server-name", k.serverName)
	set(cluster, "certificate-authority-data", base64.StdEncoding.EncodeToString(k.caData))
	set(user, "client-certificate-data", base64.StdEncoding.EncodeToString(k.certData))
	set(user, "client-key-data", base64.StdEncoding.EncodeToString(k.keyData))
	set(user, "token", k.token)
	out, err := yaml.Marshal(map[string]any{
		"apiVersion":      "v1",
		"kind":            "Config",
		"current-context": name,
		"contexts":        []any{map[string]any{"name": name, "context": map[string]any{"cluster": name, "user": name}}},
		"clusters":        []any{map[string]any{"name": name, "cluster": cluster}},
		"users":           []any{map[string]any{"name": name, "user": user}},
	})
	if err != nil {
		return nil, fmt.Errorf("rendering the kubeconfig: %w", err)
	}
	return out, nil
}

// Bytes returns the canonical kubeconfig in YAML: equal content gives equal bytes.
func (k *Kubeconfig) Bytes() []byte { return append([]byte(nil), k.bytes...) }

// Checksum changes when the content does. There is no way back from it.
func (k *Kubeconfig) Checksum() string { return k.checksum }

// Endpoint returns the address of the API server, as https://host:port.
func (k *Kubeconfig) Endpoint() string { return k.server }
