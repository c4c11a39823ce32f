//go:build e2e

package install

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// scraped is what a Service of the installation is scraped by, as the service monitors say.
type scraped struct{ service, port, serverName, secret string }

// metrics reads the metrics behind a Service, with a token or without, and checks who answers.
func (s scraped) metrics(ctx context.Context, token string) (int, string) {
	GinkgoHelper()
	service, secret := &corev1.Service{}, &corev1.Secret{}
	Expect(hub.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: s.service}, service)).To(Succeed())
	Expect(hub.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: s.secret}, secret)).To(Succeed())
	authorities := x509.NewCertPool()
	Expect(authorities.AppendCertsFromPEM(secret.Data["ca.crt"])).To(BeTrue())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authorities, ServerName: s.serverName, MinVersion: tls.VersionTLS12}}
	defer transport.CloseIdleConnections() // the next one may reach another replica
	for _, port := range service.Spec.Ports {
		if port.Name != s.port {
			continue
		}
		url := fmt.Sprintf("https://%s:%d/metrics", service.Spec.ClusterIP, port.Port)
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		Expect(err).NotTo(HaveOccurred())
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		answer, err := (&http.Client{Transport: transport}).Do(request)
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = answer.Body.Close() }()
		body, err := io.ReadAll(answer.Body)
		Expect(err).NotTo(HaveOccurred())
		return answer.StatusCode, string(body)
	}
	Fail("Service " + s.service + " has no port " + s.port)
	return 0, ""
}

// scrape reads the metrics of manager and facade as a Prometheus that was given the role for it, and as one that was not.
func scrape(ctx context.Context) {
	GinkgoHelper()
	for _, account := range []string{"prometheus", "stranger"} {
		kubectl(ctx, "", "create", "serviceaccount", account, "--namespace", tenant)
	}
	kubectl(ctx, "", "create", "clusterrolebinding", "prometheus-slipway-metrics-reader", "--clusterrole=slipway-metrics-reader",
		"--serviceaccount="+tenant+":prometheus")
	token := func(account string) string {
		return strings.TrimSpace(kubectl(ctx, "", "create", "token", account, "--namespace", tenant))
	}
	for _, tc := range []struct {
		from scraped
		want []string
	}{
		{
			scraped{"slipway-manager-metrics", "metrics", "slipway-webhook." + namespace + ".svc", "slipway-webhook-certificate"},
			[]string{`slipway_build_info{component="manager"`, `slipway_serving_certificate_expiry_timestamp_seconds{server="webhook"}`, `slipway_clusters{`},
		},
		{
			scraped{"api", "https", "api." + namespace + ".svc", "slipway-apiserver-certificate"},
			[]string{`slipway_build_info{component="apiserver"`, `slipway_serving_certificate_expiry_timestamp_seconds{server="apiserver"}`, "slipway_facade_index_synced 1"},
		},
	} {
		status, _ := tc.from.metrics(ctx, "")
		Expect(status).To(BeElementOf(http.StatusUnauthorized, http.StatusForbidden), tc.from.service)
		status, _ = tc.from.metrics(ctx, token("stranger"))
		Expect(status).To(Equal(http.StatusForbidden), tc.from.service)
		for _, want := range tc.want {
			Eventually(func(g Gomega) { // only the manager that leads tells of the fleet
				status, body := tc.from.metrics(ctx, token("prometheus"))
				g.Expect(status).To(Equal(http.StatusOK), tc.from.service)
				g.Expect(body).To(ContainSubstring(want))
			}).WithContext(ctx).Should(Succeed())
		}
	}
}
