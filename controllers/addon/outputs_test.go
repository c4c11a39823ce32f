package addon

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func TestServiceAddress(t *testing.T) {
	ports := []corev1.ServicePort{{Name: "http", Port: 80}, {Name: "metrics", Port: 9090}}
	for name, test := range map[string]struct {
		ip     string
		ports  []corev1.ServicePort
		output fleetv1.ServiceOutput
		want   string
	}{
		"the first port, with http":            {ip: "10.96.14.5", ports: ports, want: "http://10.96.14.5:80"},
		"a port by its name":                   {ip: "10.96.14.5", ports: ports, output: fleetv1.ServiceOutput{Port: "metrics"}, want: "http://10.96.14.5:9090"},
		"a port by its number":                 {ip: "10.96.14.5", ports: ports, output: fleetv1.ServiceOutput{Port: "9090"}, want: "http://10.96.14.5:9090"},
		"another scheme":                       {ip: "10.96.14.5", ports: ports, output: fleetv1.ServiceOutput{Scheme: "https"}, want: "https://10.96.14.5:80"},
		"an IPv6 address in brackets":          {ip: "fd00::5", ports: ports, want: "http://[fd00::5]:80"},
		"nothing for a headless Service":       {ip: "None", ports: ports},
		"nothing before there is an address":   {ports: ports},
		"nothing for a port that is not there": {ip: "10.96.14.5", ports: ports, output: fleetv1.ServiceOutput{Port: "grpc"}},
		"nothing without ports":                {ip: "10.96.14.5"},
	} {
		t.Run(name, func(t *testing.T) {
			service := &corev1.Service{Spec: corev1.ServiceSpec{ClusterIP: test.ip, Ports: test.ports}}
			if got := serviceAddress(service, &test.output); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestIngressAddress(t *testing.T) {
	rules := []networkingv1.IngressRule{{}, {Host: "hub.example.com"}, {Host: "other.example.com"}}
	for name, test := range map[string]struct {
		spec networkingv1.IngressSpec
		want string
	}{
		"the first host":                     {networkingv1.IngressSpec{Rules: rules}, "http://hub.example.com"},
		"encrypted for that host":            {networkingv1.IngressSpec{Rules: rules, TLS: []networkingv1.IngressTLS{{Hosts: []string{"hub.example.com"}}}}, "https://hub.example.com"},
		"encrypted for another host":         {networkingv1.IngressSpec{Rules: rules, TLS: []networkingv1.IngressTLS{{Hosts: []string{"other.example.com"}}}}, "http://hub.example.com"},
		"encrypted for all hosts":            {networkingv1.IngressSpec{Rules: rules, TLS: []networkingv1.IngressTLS{{}}}, "https://hub.example.com"},
		"nothing for an Ingress without one": {networkingv1.IngressSpec{Rules: rules[:1]}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ingressAddress(&networkingv1.Ingress{Spec: test.spec}); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
