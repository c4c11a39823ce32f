//go:build e2e

package install

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// scraped is how the Pods behind a Service of the installation are scraped, as the service monitors say: by the name of a port, and
// under the authority that a Secret holds.
type scraped struct{ service, port, serverName, secret string }

// facade serves its metrics where it serves everything.
var facade = scraped{"api", "https", "api." + namespace + ".svc", "slipway-apiserver-certificate"}

// metrics reads the metrics of all Pods behind a Service, with a token or without, and checks who answers.
func (s scraped) metrics(ctx context.Context, token string) (status int, text string) {
	GinkgoHelper()
	secret := &corev1.Secret{}
	Expect(hub.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: s.secret}, secret)).To(Succeed())
	authorities := x509.NewCertPool()
	Expect(authorities.AppendCertsFromPEM(secret.Data["ca.crt"])).To(BeTrue())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authorities, ServerName: s.serverName, MinVersion: tls.VersionTLS12}}
	defer transport.CloseIdleConnections()
	for _, address := range s.addresses(ctx) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+address+"/metrics", nil)
		Expect(err).NotTo(HaveOccurred())
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		answer, err := (&http.Client{Transport: transport}).Do(request)
		Expect(err).NotTo(HaveOccurred())
		body, err := io.ReadAll(answer.Body)
		Expect(errors.Join(err, answer.Body.Close())).To(Succeed())
		status, text = answer.StatusCode, text+string(body)
	}
	return status, text
}

// addresses are where the Pods behind a Service listen on this machine.
func (s scraped) addresses(ctx context.Context) []string {
	GinkgoHelper()
	service, pods := &corev1.Service{}, &corev1.PodList{}
	Expect(hub.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: s.service}, service)).To(Succeed())
	Expect(hub.client.List(ctx, pods, client.InNamespace(namespace), client.MatchingLabels(service.Spec.Selector))).To(Succeed())
	var addresses []string
	for _, pod := range pods.Items {
		if pod.Status.Phase != corev1.PodRunning || pod.DeletionTimestamp != nil {
			continue
		}
		for _, port := range pod.Spec.Containers[0].Ports {
			if port.Name == s.port {
				local := strings.Replace(pod.Status.PodIP, "10.244.", "127.97.", 1) // see internal/testing/kubelet
				addresses = append(addresses, fmt.Sprintf("%s:%d", local, port.ContainerPort))
			}
		}
	}
	Expect(addresses).NotTo(BeEmpty(), "nothing runs behind Service "+s.service)
	return addresses
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
			facade,
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
