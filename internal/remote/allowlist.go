package remote

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net/url"
	"strings"
	"unicode"
)

// refusal is a field that is never accepted, and what to do instead.
type refusal struct{ field, remedy string }

const (
	inlineCA   = "files are not read; put the PEM text, base64-encoded, into certificate-authority-data"
	inlineCert = "files are not read; put the PEM text, base64-encoded, into client-certificate-data"
	inlineKey  = "files are not read; put the PEM text, base64-encoded, into client-key-data"
	ownRights  = "impersonation is not accepted; use the credentials of a user or service account that has the rights itself"
	noPassword = "basic authentication is not accepted; use client-certificate-data with client-key-data, or token"
	noCommand  = "commands are not run; use the token of a service account, or client-certificate-data with client-key-data"
)

var refusedOfCluster = []refusal{
	{"certificate-authority", inlineCA},
	{"insecure-skip-tls-verify", "an unverified server is not accepted; put the server's authority into certificate-authority-data"},
	{"proxy-url", "proxies are not accepted; the server must be reachable directly"},
}

var refusedOfUser = []refusal{
	{"exec", noCommand},
	{"auth-provider", noCommand},
	{"client-certificate", inlineCert},
	{"client-key", inlineKey},
	{"tokenFile", "files are not read; put the token into token"},
	{"as", ownRights},
	{"as-uid", ownRights},
	{"as-groups", ownRights},
	{"as-user-extra", ownRights},
	{"username", noPassword},
	{"password", noPassword},
}

// checker collects faults.
type checker struct{ faults []Fault }

func (c *checker) fault(field, remedy string) {
	c.faults = append(c.faults, Fault{Field: field, Remedy: remedy})
}

func (c *checker) refuse(prefix string, f fields, refusals []refusal) {
	for _, r := range refusals {
		if f.given(r.field) {
			c.fault(prefix+"."+r.field, r.remedy)
		}
	}
}

// cluster takes over what is allowed of a cluster.
func (c *checker) cluster(f fields, k *Kubeconfig) {
	c.refuse("cluster", f, refusedOfCluster)
	k.server = c.server(f)
	k.serverName = f.text("tls-server-name")
	if strings.ContainsFunc(k.serverName, notPrintable) || len(k.serverName) > 253 {
		c.fault("cluster.tls-server-name", "it must be a host name")
	}
	k.caData = c.data("cluster.certificate-authority-data", f)
	if len(k.caData) > 0 && !x509.NewCertPool().AppendCertsFromPEM(k.caData) {
		c.fault("cluster.certificate-authority-data", "it must be base64 of certificates in PEM")
	}
}

// server returns the canonical form of the server's address. The value is not quoted: it may hold credentials.
func (c *checker) server(f fields) string {
	const field = "cluster.server"
	if !f.given("server") {
		c.fault(field, "it is missing; give the address of the API server, for example https://10.0.0.1:6443")
		return ""
	}
	u, err := url.Parse(f.text("server"))
	switch {
	case err != nil || len(f.text("server")) > 2048:
		c.fault(field, "it must be a URL of at most 2048 characters, for example https://10.0.0.1:6443")
	case u.Scheme != "https":
		c.fault(field, "only https is accepted, for example https://10.0.0.1:6443")
	case u.User != nil:
		c.fault(field, "it must not hold a user name or password; put credentials under users")
	case u.Hostname() == "" || u.Opaque != "":
		c.fault(field, "it must name a host, for example https://10.0.0.1:6443")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		c.fault(field, "it must not have a query or fragment")
	default:
		return strings.TrimSuffix(u.String(), "/")
	}
	return ""
}

// user takes over what is allowed of a user.
func (c *checker) user(f fields, k *Kubeconfig) {
	before := len(c.faults)
	c.refuse("user", f, refusedOfUser)
	k.token = f.text("token")
	if strings.ContainsFunc(k.token, notPrintable) {
		c.fault("user.token", "it must be printable and hold no spaces or line breaks")
	}
	k.certData = c.data("user.client-certificate-data", f)
	k.keyData = c.data("user.client-key-data", f)
	switch {
	case len(c.faults) > before:
	case len(k.certData) > 0 && len(k.keyData) == 0:
		c.fault("user.client-key-data", "it is missing; client-certificate-data needs it")
	case len(k.certData) == 0 && len(k.keyData) > 0:
		c.fault("user.client-certificate-data", "it is missing; client-key-data needs it")
	case len(k.certData) > 0:
		c.keyPair(k)
	case k.token == "":
		c.fault("user", "it has no credentials; give token, or client-certificate-data with client-key-data")
	}
}

func (c *checker) keyPair(k *Kubeconfig) {
	if _, err := tls.X509KeyPair(k.certData, k.keyData); err != nil {
		c.fault("user.client-certificate-data", "it and client-key-data must be base64 of a certificate and its unencrypted key in PEM")
	}
}

// data decodes a base64 field; prefix.name must end in the field's name.
func (c *checker) data(path string, f fields) []byte {
	text := f.text(path[strings.LastIndex(path, ".")+1:])
	decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		c.fault(path, "it must be base64")
		return nil
	}
	return decoded
}

func notPrintable(r rune) bool { return r > unicode.MaxASCII || r <= ' ' || r == 0x7f }
