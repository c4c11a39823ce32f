//go:build e2e

package alerts

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/slipway-dev/slipway/internal/process"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// tryKubectl runs kubectl as the administrator and returns both outputs in one.
func tryKubectl(ctx context.Context, stdin string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(hub.binDir, "kubectl"), args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+filepath.Join(hub.stateDir, "kubeconfig"))
	cmd.Stdin = strings.NewReader(stdin)
	output, err := cmd.CombinedOutput()
	return string(output), err
}

// kubectl is tryKubectl for calls that must not fail.
func kubectl(ctx context.Context, args ...string) string {
	GinkgoHelper()
	output, err := tryKubectl(ctx, "", args...)
	Expect(err).NotTo(HaveOccurred(), "kubectl %v: %s", args, output)
	return output
}

// apply applies a file of testdata, with variables filled in. Admission may be a moment behind what it has to know.
func apply(ctx context.Context, file string, variables map[string]string) {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	Expect(err).NotTo(HaveOccurred())
	filled := os.Expand(string(text), func(name string) string { return variables[name] })
	Eventually(func(g Gomega) {
		output, err := tryKubectl(ctx, filled, "apply", "-f", "-")
		g.Expect(err).NotTo(HaveOccurred(), "%s: %s", file, output)
	}).WithContext(ctx).Should(Succeed())
}

// variable is a value of those that the environment writes for its users.
func variable(name string) string {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join(hub.stateDir, "env"))
	Expect(err).NotTo(HaveOccurred())
	for line := range strings.Lines(string(text)) {
		if value, found := strings.CutPrefix(line, "export "+name+"="); found {
			return strings.Trim(strings.TrimSpace(value), "'")
		}
	}
	Fail("the environment has no " + name)
	return ""
}

// kubeServer is the address of the hub's kube-apiserver.
func kubeServer() string {
	GinkgoHelper()
	config, err := clientcmd.BuildConfigFromFlags("", filepath.Join(hub.stateDir, "kubeconfig"))
	Expect(err).NotTo(HaveOccurred())
	return config.Host
}

// silence listens and never says anything. It returns the port.
func silence() string {
	GinkgoHelper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(listener.Close)
	_, port, err := net.SplitHostPort(listener.Addr().String())
	Expect(err).NotTo(HaveOccurred())
	return port
}

// again repeats something until the function that it returns is called.
func again(do func(ctx context.Context)) (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer GinkgoRecover()
		for ticker := time.NewTicker(glance); ctx.Err() == nil; {
			do(ctx)
			select {
			case <-ctx.Done():
			case <-ticker.C:
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// ask makes a request in the HyperFleet dialect and returns what came; what goes wrong is the business of the alerts.
func ask(ctx context.Context, method, path, body string) string {
	request, err := http.NewRequestWithContext(ctx, method, variable("SLIPWAY_HTTP_URL")+"/api/hyperfleet/v1"+path, strings.NewReader(body))
	if err != nil {
		return err.Error()
	}
	request.Header.Set("Authorization", "Bearer "+variable("SLIPWAY_TOKEN"))
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// wrongAuthority is a certificate authority that has signed nothing of ours.
func wrongAuthority() string {
	GinkgoHelper()
	pem, err := os.ReadFile(filepath.Join(hub.stateDir, "hub", "pki", "front-proxy-ca.crt"))
	Expect(err).NotTo(HaveOccurred())
	return base64.StdEncoding.EncodeToString(pem)
}

// end ends a process of the environment without warning.
func end(ctx context.Context, record string) {
	GinkgoHelper()
	running, err := process.Find(record)
	Expect(err).NotTo(HaveOccurred())
	Expect(running).NotTo(BeNil(), "%s does not run", record)
	Expect(running.Stop(ctx, 0)).To(Succeed())
}

// service is the record of a process beside the management cluster.
func service(name string) string { return filepath.Join(hub.stateDir, "run", name+".json") }

// patch is a JSON patch of one field.
func patch(path, value string) string {
	return fmt.Sprintf(`[{"op":"replace","path":%q,"value":%q}]`, path, value)
}

// root is the checkout.
func root(elements ...string) string {
	return filepath.Join(append([]string{testenv.Root()}, elements...)...)
}
