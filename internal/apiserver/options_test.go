package apiserver

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func TestOptions(t *testing.T) {
	for name, tc := range map[string]struct {
		arguments []string
		// want is part of the error; empty for none.
		want string
	}{
		"without arguments the defaults hold":     {},
		"a default namespace is a name":           {arguments: []string{"--default-namespace=team-a"}},
		"a default namespace is nothing else":     {arguments: []string{"--default-namespace=Team_A"}, want: "--default-namespace"},
		"the system namespace is a name":          {arguments: []string{"--system-namespace="}, want: "--system-namespace"},
		"plain HTTP listens on IPv4's loopback":   {arguments: []string{"--insecure-http-bind-address=127.0.0.1:8080"}},
		"plain HTTP listens on IPv6's loopback":   {arguments: []string{"--insecure-http-bind-address=[::1]:8080"}},
		"plain HTTP takes any address of 127/8":   {arguments: []string{"--insecure-http-bind-address=127.1.2.3:0"}},
		"plain HTTP is not for everybody":         {arguments: []string{"--insecure-http-bind-address=0.0.0.0:8080"}, want: "must be a loopback address"},
		"plain HTTP is not for all interfaces":    {arguments: []string{"--insecure-http-bind-address=:8080"}, want: "must be a loopback address"},
		"plain HTTP is not for the local network": {arguments: []string{"--insecure-http-bind-address=192.168.1.2:8080"}, want: "must be a loopback address"},
		"plain HTTP takes no mapped address":      {arguments: []string{"--insecure-http-bind-address=[::ffff:10.0.0.1]:8080"}, want: "must be a loopback address"},
		"plain HTTP does not trust a name":        {arguments: []string{"--insecure-http-bind-address=localhost:8080"}, want: "must be a loopback address"},
		"plain HTTP needs a port":                 {arguments: []string{"--insecure-http-bind-address=127.0.0.1"}, want: "an address and a port"},
		"there is room for at least one read":     {arguments: []string{"--max-requests-inflight=0"}, want: "--max-requests-inflight"},
		"there is room for at least one write":    {arguments: []string{"--max-mutating-requests-inflight=-1"}, want: "--max-mutating-requests-inflight"},
		"a request has time":                      {arguments: []string{"--request-timeout=1ms"}, want: "--request-timeout"},
		"a shutdown is not delayed backwards":     {arguments: []string{"--shutdown-delay-duration=-1s"}, want: "--shutdown-delay-duration"},
		"the secure port cannot be switched off":  {arguments: []string{"--secure-port=0"}, want: "--secure-port"},
		"a file about tracing must exist":         {arguments: []string{"--tracing-config-file=/nowhere"}, want: "tracing-config-file"},
		"an audit log cannot keep minus one file": {arguments: []string{"--audit-log-path=-", "--audit-log-maxbackup=-1"}, want: "--audit-log-maxbackup"},
		"a certificate may lie in a Secret":       {arguments: []string{"--tls-cert-secret=slipway-apiserver-certificate"}},
		"a Secret has a name":                     {arguments: []string{"--tls-cert-secret=Not_A_Name"}, want: "--tls-cert-secret"},
		"there is one certificate":                {arguments: []string{"--tls-cert-secret=a", "--tls-cert-file=b"}, want: "exclude each other"},
		"links of NKS may begin with any URL":     {arguments: []string{"--nks-public-url=https://nks.example.com/base"}},
		"links of NKS begin with a URL":           {arguments: []string{"--nks-public-url=nks.example.com"}, want: "--nks-public-url"},
		"links of NKS have no query":              {arguments: []string{"--nks-public-url=https://nks.example.com?a"}, want: "--nks-public-url"},
		"links of NKS hold no password":           {arguments: []string{"--nks-public-url=https://a:b@nks.example.com"}, want: "--nks-public-url"},
		"the identity service of NKS has a URL":   {arguments: []string{"--nks-identity-url=/v3"}, want: "--nks-identity-url"},
		"NKS clients may be refused at once":      {arguments: []string{"--nks-task-wait=0"}},
		"NKS clients do not wait backwards":       {arguments: []string{"--nks-task-wait=-1s"}, want: "--nks-task-wait"},
	} {
		t.Run(name, func(t *testing.T) {
			o, flags := NewOptions(), pflag.NewFlagSet("apiserver", pflag.ContinueOnError)
			for _, set := range o.Flags().FlagSets {
				flags.AddFlagSet(set)
			}
			if err := flags.Parse(tc.arguments); err != nil {
				t.Fatal(err)
			}
			switch err := o.Validate(); {
			case tc.want == "" && err != nil:
				t.Errorf("unexpected error: %v", err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("error %v does not contain %q", err, tc.want)
			}
		})
	}
}
