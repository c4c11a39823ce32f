//go:build e2e

package alerts

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/slipway-dev/slipway/internal/process"
	"github.com/slipway-dev/slipway/internal/testing/rules"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// prometheus is a Prometheus that scrapes the environment and evaluates the alerts.
type prometheus struct {
	dir     string
	address string
}

// alert is an alert as Prometheus tells it.
type alert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	State       string            `json:"state"`
}

// scrape is one job of Prometheus's configuration.
type scrape = map[string]any

// startPrometheus runs a Prometheus until the suite ends.
func startPrometheus(ctx context.Context) *prometheus {
	GinkgoHelper()
	port, err := process.FreePort()
	Expect(err).NotTo(HaveOccurred())
	p := &prometheus{dir: GinkgoT().TempDir(), address: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}

	shipped, err := rules.Read(testenv.Root())
	Expect(err).NotTo(HaveOccurred())
	compressed, err := shipped.Compress(faster)
	Expect(err).NotTo(HaveOccurred())
	text, err := compressed.Encode()
	Expect(err).NotTo(HaveOccurred())
	p.write("rules.yaml", text)
	p.write("token", []byte(readerToken(ctx)))
	p.alsoScrape(nil)
	config, err := yaml.Marshal(map[string]any{
		"global":         map[string]any{"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
		"rule_files":     []string{"rules.yaml"},
		"scrape_configs": p.jobs(),
	})
	Expect(err).NotTo(HaveOccurred())
	p.write("prometheus.yaml", config)

	running, err := process.Start(process.Spec{
		Name: "prometheus", Path: filepath.Join(hub.binDir, "prometheus"), Dir: p.dir,
		Args: []string{
			"--config.file=prometheus.yaml", "--storage.tsdb.path=data", "--web.listen-address=" + p.address,
			// Rules are taken up where they were left, but not for what lasts seconds.
			"--rules.alert.for-grace-period=0s", "--rules.alert.for-outage-tolerance=0s",
		},
		LogFile: filepath.Join(p.dir, "prometheus.log"), RecordFile: filepath.Join(p.dir, "prometheus.json"),
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func(ctx SpecContext) { Expect(running.Stop(ctx, patience)).To(Succeed()) }, NodeTimeout(patience))
	Eventually(func() error { return p.get(ctx, "/api/v1/status/buildinfo", nil, &struct{}{}) }).Should(Succeed(), func() string {
		return process.LogTail(filepath.Join(p.dir, "prometheus.log"), 20)
	})
	return p
}

// jobs are the processes of the environment under the names that the ServiceMonitors give them.
func (p *prometheus) jobs() []scrape {
	ports, err := process.LoadPorts(filepath.Join(hub.stateDir, "ports.json"))
	Expect(err).NotTo(HaveOccurred())
	kube, err := url.Parse(kubeServer())
	Expect(err).NotTo(HaveOccurred())
	secure := func(job, address string) scrape {
		return scrape{
			"job_name": job, "scheme": "https", "static_configs": targets(address),
			"tls_config":    map[string]any{"ca_file": filepath.Join(hub.stateDir, "ca.crt")},
			"authorization": map[string]any{"credentials_file": "token"},
		}
	}
	kubernetes := secure("apiserver", kube.Host)
	kubernetes["scrape_interval"], kubernetes["scrape_timeout"] = "5s", "5s" // it tells megabytes
	return []scrape{
		{"job_name": "manager", "static_configs": targets(loopback(ports["manager-metrics"])), "relabel_configs": renamed("slipway-manager")},
		{"job_name": "more", "file_sd_configs": []any{map[string]any{"files": []string{"more.json"}, "refresh_interval": "1s"}}},
		secure("slipway-apiserver", loopback(ports["apiserver-https"])),
		kubernetes,
	}
}

func targets(address string) []any { return []any{map[string]any{"targets": []string{address}}} }

func renamed(job string) []any {
	return []any{map[string]any{"target_label": "job", "replacement": job}}
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// alsoScrape scrapes a further process of each job, instead of those that were named before.
func (p *prometheus) alsoScrape(addresses map[string]string) {
	GinkgoHelper()
	found := []map[string]any{}
	for job, address := range addresses {
		found = append(found, map[string]any{"targets": []string{address}, "labels": map[string]string{
			"job": job, "__scheme__": "http",
		}})
	}
	text, err := json.Marshal(found)
	Expect(err).NotTo(HaveOccurred())
	p.write("more.json", text)
}

func (p *prometheus) write(name string, text []byte) {
	GinkgoHelper()
	Expect(os.WriteFile(filepath.Join(p.dir, name), text, 0o600)).To(Succeed())
}

// readerToken is a token of a service account that may read metrics, and nothing else.
func readerToken(ctx context.Context) string {
	GinkgoHelper()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "prometheus"}}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "prometheus-slipway-metrics-reader"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "slipway-metrics-reader"},
		Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: account.Namespace, Name: account.Name}},
	}
	for _, object := range []client.Object{account, binding} {
		Expect(client.IgnoreAlreadyExists(hub.client.Create(ctx, object))).To(Succeed())
	}
	request := &authenticationv1.TokenRequest{}
	Expect(hub.client.SubResource("token").Create(ctx, account, request)).To(Succeed())
	return request.Status.Token
}

// get asks Prometheus for something and decodes the data of the answer.
func (p *prometheus) get(ctx context.Context, path string, query url.Values, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address+path+"?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer := struct {
		Status string `json:"status"`
		Error  string `json:"error"`
		Data   any    `json:"data"`
	}{Data: into}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Status != "success" {
		return fmt.Errorf("%s: %s", path, answer.Error)
	}
	return nil
}

// firing are the alerts that fire.
func (p *prometheus) firing(ctx context.Context, g Gomega) []alert {
	var found struct {
		Alerts []alert `json:"alerts"`
	}
	g.Expect(p.get(ctx, "/api/v1/alerts", nil, &found)).To(Succeed())
	var firing []alert
	for _, a := range found.Alerts {
		if a.State == "firing" {
			firing = append(firing, a)
		}
	}
	return firing
}

// known tells whether Prometheus has ever seen a metric.
func (p *prometheus) known(ctx context.Context, metric string) bool {
	GinkgoHelper()
	var series []map[string]string
	Expect(p.get(ctx, "/api/v1/series", url.Values{"match[]": {metric}}, &series)).To(Succeed())
	return len(series) > 0
}
