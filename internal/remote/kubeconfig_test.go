package remote_test

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/cert"

	"github.com/slipway-dev/slipway/internal/remote"
)

const accepted = `
apiVersion: v1
kind: Config
current-context: me
preferences: {colors: true}
extensions: [{name: x, extension: {a: 1}}]
contexts:
- name: me
  context: {cluster: here, user: admin, namespace: elsewhere}
- name: other
  context: {cluster: there, user: nobody}
clusters:
- name: here
  cluster: {server: "https://10.0.0.1:6443/", tls-server-name: kubernetes, disable-compression: true}
- name: there
  cluster: {server: "http://10.0.0.2", insecure-skip-tls-verify: true}
users:
- name: admin
  user: {token: s3cr3t-t0ken}
- name: nobody
  user: {exec: {command: /bin/false}}
`

func TestParseKeepsTheCurrentContextOnly(t *testing.T) {
	k, err := remote.Parse([]byte(accepted))
	if err != nil {
		t.Fatal(err)
	}
	const want = `apiVersion: v1
clusters:
    - cluster:
        server: https://10.0.0.1:6443
        tls-server-name: kubernetes
      name: slipway
contexts:
    - context:
        cluster: slipway
        user: slipway
      name: slipway
current-context: slipway
kind: Config
users:
    - name: slipway
      user:
        token: s3cr3t-t0ken
`
	if diff := cmp.Diff(want, string(k.Bytes())); diff != "" {
		t.Errorf("Bytes (-want +got):\n%s", diff)
	}
	if got, want := k.Endpoint(), "https://10.0.0.1:6443"; got != want {
		t.Errorf("Endpoint = %q, want %q", got, want)
	}
	again, err := remote.Parse(k.Bytes())
	if err != nil {
		t.Fatalf("parsing what Parse wrote: %v", err)
	}
	if again.Checksum() != k.Checksum() || len(k.Checksum()) != 32 {
		t.Errorf("checksums are %q and %q, want equal ones of 32 characters", k.Checksum(), again.Checksum())
	}
	if strings.Contains(k.Checksum(), "s3cr3t") {
		t.Error("the checksum holds the token")
	}
	other, err := remote.Parse([]byte(strings.Replace(accepted, "s3cr3t", "0ther", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if other.Checksum() == k.Checksum() {
		t.Error("another token gives the same checksum")
	}
}

func TestParseRefuses(t *testing.T) {
	certificate, key, err := cert.GenerateSelfSignedCertKey("localhost", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	pem, private := base64.StdEncoding.EncodeToString(certificate), base64.StdEncoding.EncodeToString(key)
	cases := map[string]struct {
		cluster, user string
		want          []string
	}{
		"a command":                     {user: "exec: {command: /bin/s3cr3t}", want: []string{"user.exec"}},
		"an empty command":              {user: "exec: {command: ''}", want: []string{"user.exec"}},
		"an auth provider":              {user: "auth-provider: {name: gcp}", want: []string{"user.auth-provider"}},
		"a certificate and key by path": {user: "client-certificate: /s3cr3t, client-key: /s3cr3t", want: []string{"user.client-certificate", "user.client-key"}},
		"a token by path":               {user: "token: a, tokenFile: /s3cr3t", want: []string{"user.tokenFile"}},
		"impersonation":                 {user: "token: a, as: s3cr3t, as-uid: '1', as-groups: [g], as-user-extra: {a: [b]}", want: []string{"user.as", "user.as-uid", "user.as-groups", "user.as-user-extra"}},
		"a password":                    {user: "username: s3cr3t, password: s3cr3t", want: []string{"user.username", "user.password"}},
		"a number as a password":        {user: "token: a, password: 12345", want: []string{"user.password"}},
		"no credentials":                {user: "client-key-data: ''", want: []string{"user"}},
		"a token with a line break":     {user: `token: "s3cr3t\nX-Header: 1"`, want: []string{"user.token"}},
		"a certificate without key":     {user: "client-certificate-data: " + pem, want: []string{"user.client-key-data"}},
		"a key without certificate":     {user: "client-key-data: " + private, want: []string{"user.client-certificate-data"}},
		"a certificate that is none":    {user: "client-certificate-data: czNjcjN0, client-key-data: czNjcjN0", want: []string{"user.client-certificate-data"}},
		"data that is not base64":       {user: "token: a, client-key-data: '!s3cr3t!'", want: []string{"user.client-key-data"}},

		"an authority by path":         {cluster: "server: 'https://h', certificate-authority: /s3cr3t", want: []string{"cluster.certificate-authority"}},
		"an authority that is none":    {cluster: "server: 'https://h', certificate-authority-data: czNjcjN0", want: []string{"cluster.certificate-authority-data"}},
		"an unverified server":         {cluster: "server: 'https://h', insecure-skip-tls-verify: true", want: []string{"cluster.insecure-skip-tls-verify"}},
		"insecure as a text":           {cluster: "server: 'https://h', insecure-skip-tls-verify: 'yes'", want: []string{"cluster.insecure-skip-tls-verify"}},
		"a proxy":                      {cluster: "server: 'https://h', proxy-url: 'socks5://s3cr3t'", want: []string{"cluster.proxy-url"}},
		"no server":                    {cluster: "tls-server-name: a", want: []string{"cluster.server"}},
		"plain http":                   {cluster: "server: 'http://s3cr3t'", want: []string{"cluster.server"}},
		"a file":                       {cluster: "server: 'file:///s3cr3t'", want: []string{"cluster.server"}},
		"a unix socket":                {cluster: "server: 'unix:///s3cr3t'", want: []string{"cluster.server"}},
		"a path":                       {cluster: "server: /s3cr3t", want: []string{"cluster.server"}},
		"no scheme":                    {cluster: "server: 's3cr3t:6443'", want: []string{"cluster.server"}},
		"no host":                      {cluster: "server: 'https://:6443'", want: []string{"cluster.server"}},
		"user info in the server":      {cluster: "server: 'https://s3cr3t:s3cr3t@h'", want: []string{"cluster.server"}},
		"a query in the server":        {cluster: "server: 'https://h?a=s3cr3t'", want: []string{"cluster.server"}},
		"a malformed server":           {cluster: "server: 'https://h:s3cr3t%zz'", want: []string{"cluster.server"}},
		"an endless server":            {cluster: "server: 'https://" + strings.Repeat("h", 3000) + "'", want: []string{"cluster.server"}},
		"a server name with spaces":    {cluster: "server: 'https://h', tls-server-name: 's3cr3t x'", want: []string{"cluster.tls-server-name"}},
		"everything wrong, everything": {cluster: "proxy-url: x", user: "exec: {command: x}", want: []string{"cluster.proxy-url", "cluster.server", "user.exec"}},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			if test.cluster == "" {
				test.cluster = "server: 'https://10.0.0.1:6443'"
			}
			if test.user == "" {
				test.user = "token: s3cr3t"
			}
			_, err := remote.Parse([]byte("current-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n" +
				"clusters: [{name: c, cluster: {" + test.cluster + "}}]\nusers: [{name: u, user: {" + test.user + "}}]"))
			var refused *remote.RefusedError
			if !errors.As(err, &refused) {
				t.Fatalf("Parse = %v, want a RefusedError", err)
			}
			if diff := cmp.Diff(test.want, refused.Fields()); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
			if strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "czNjcjN0") {
				t.Errorf("the error quotes the content: %v", err)
			}
		})
	}
}

func TestParseRefusesAmbiguousContexts(t *testing.T) {
	cases := map[string]struct {
		config string
		want   []string
	}{
		"no current context":          {"contexts: []", []string{"current-context"}},
		"an unknown current context":  {strings.Replace(accepted, "current-context: me", "current-context: you", 1), []string{"current-context"}},
		"a context given twice":       {strings.Replace(accepted, "- name: other", "- name: me", 1), []string{"current-context"}},
		"a cluster given twice":       {strings.Replace(accepted, "- name: there", "- name: here", 1), []string{"context.cluster"}},
		"a user given twice":          {strings.Replace(accepted, "- name: nobody", "- name: admin", 1), []string{"context.user"}},
		"neither cluster nor user":    {"current-context: c\ncontexts: [{name: c}]", []string{"context.cluster", "context.user"}},
		"a context of another format": {"current-context: c\ncontexts: [{name: c, context: }]", []string{"context.cluster", "context.user"}},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := remote.Parse([]byte(test.config))
			var refused *remote.RefusedError
			if !errors.As(err, &refused) {
				t.Fatalf("Parse = %v, want a RefusedError", err)
			}
			if diff := cmp.Diff(test.want, refused.Fields()); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseCannotRead(t *testing.T) {
	cases := map[string]string{
		"nothing":                "",
		"white space":            " \n\n",
		"a list":                 "- s3cr3t",
		"a word":                 "s3cr3t",
		"broken YAML":            "a: [s3cr3t",
		"an unknown anchor":      "a: *s3cr3t",
		"an alias":               "a: &a s3cr3t\nb: *a",
		"aliases of aliases":     "a: &a [s3cr3t]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]",
		"a merged alias":         "a: &a {token: s3cr3t}\nb: {<<: *a}",
		"an endless document":    "a: " + strings.Repeat("x", remote.MaxSize),
		"two documents":          accepted + "\n---\n" + accepted,
		"a key twice":            accepted + "\ncurrent-context: other",
		"a user's key twice":     strings.Replace(accepted, "{token: s3cr3t-t0ken}", "{token: s3cr3t, token: s3cr3t}", 1),
		"clusters as text":       "clusters: s3cr3t",
		"a cluster's name: list": "clusters: [{name: [s3cr3t]}]",
	}
	for name, config := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := remote.Parse([]byte(config))
			if !errors.Is(err, remote.ErrUnreadable) {
				t.Fatalf("Parse = %v, want ErrUnreadable", err)
			}
			if strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the error quotes the content: %v", err)
			}
		})
	}
}

func TestParseAcceptsClientCertificates(t *testing.T) {
	certificate, key, err := cert.GenerateSelfSignedCertKey("localhost", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.StdEncoding.EncodeToString
	k, err := remote.Parse([]byte(`{"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
		"clusters": [{"name": "c", "cluster": {"server": "HTTPS://host/k8s/clusters/c-1", "certificate-authority-data": "` + encode(certificate) + `"}}],
		"users": [{"name": "u", "user": {"client-certificate-data": "` + encode(certificate) + `", "client-key-data": "` + encode(key) + `"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	config := k.RESTConfig()
	if config.Host != "https://host/k8s/clusters/c-1" || string(config.KeyData) != string(key) || string(config.CAData) != string(certificate) {
		t.Errorf("RESTConfig does not hold what was given: %s", config.Host)
	}
	// Others (Flux) read the rendered bytes with clientcmd: they must find the same.
	theirs, err := clientcmd.RESTConfigFromKubeConfig(k.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config.TLSClientConfig, theirs.TLSClientConfig); diff != "" || theirs.Host != config.Host {
		t.Errorf("clientcmd reads another configuration (-ours +theirs):\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(accepted))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte(strings.Replace(accepted, "{token: s3cr3t-t0ken}", "{exec: {command: x}}", 1)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		k, err := remote.Parse(raw)
		if err != nil {
			return
		}
		u, err := url.Parse(k.Endpoint())
		if err != nil || u.Scheme != "https" || u.User != nil || u.Hostname() == "" {
			t.Fatalf("accepted the server %q", k.Endpoint())
		}
		again, err := remote.Parse(k.Bytes())
		if err != nil || again.Checksum() != k.Checksum() {
			t.Fatalf("what Parse wrote does not come back the same: %v", err)
		}
		theirs, err := clientcmd.RESTConfigFromKubeConfig(k.Bytes())
		if err != nil {
			t.Fatalf("clientcmd cannot read what Parse wrote: %v", err)
		}
		if theirs.ExecProvider != nil || theirs.AuthProvider != nil || theirs.BearerTokenFile != "" || theirs.Insecure || theirs.Proxy != nil || theirs.CAFile != "" || theirs.CertFile != "" || theirs.KeyFile != "" || theirs.Impersonate.UserName != "" {
			t.Fatal("something refused came through")
		}
	})
}
