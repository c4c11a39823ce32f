package admission_test

import (
	"context"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/util/yaml"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/admission"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

func TestAdmission(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Admission")
}

var (
	env  *testenv.Environment
	stop context.CancelFunc
	done = make(chan error, 1)
)

// The webhooks are called by a real API server, as they are in production.
var _ = BeforeSuite(func() {
	env = testenv.ForSuite(testenv.Options{FluxCRDs: true, WebhookManifests: true})
	host, port, certificates := env.Webhook()
	mgr, err := ctrl.NewManager(env.Config, ctrl.Options{
		Scheme:        env.Scheme,
		Metrics:       metricsserver.Options{BindAddress: "0"},
		WebhookServer: webhook.NewServer(webhook.Options{Host: host, Port: port, CertDir: certificates}),
	})
	Expect(err).NotTo(HaveOccurred())
	Expect(mgr.GetFieldIndexer().IndexField(context.Background(), &fleetv1.Addon{}, fleetv1.FieldTemplateName,
		func(object client.Object) []string { return []string{object.(*fleetv1.Addon).Spec.TemplateName} })).To(Succeed())
	Expect(mgr.GetFieldIndexer().IndexField(context.Background(), &fleetv1.NodePool{}, fleetv1.FieldClusterName,
		func(object client.Object) []string { return []string{object.(*fleetv1.NodePool).Spec.ClusterName} })).To(Succeed())
	Expect(admission.SetupWithManager(mgr)).To(Succeed())
	var ctx context.Context
	ctx, stop = context.WithCancel(context.Background())
	go func() { done <- mgr.Start(ctx) }()
	Eventually(func() error { return mgr.GetWebhookServer().StartedChecker()(nil) }).WithTimeout(30e9).Should(Succeed())
	Expect(mgr.GetCache().WaitForCacheSync(ctx)).To(BeTrue())
	applyPolicies()
})

var _ = AfterSuite(func() {
	if stop != nil {
		stop()
		Eventually(done).WithTimeout(30e9).Should(Receive(Succeed()))
	}
})

// decode reads YAML into an object.
func decode[T any](text string) *T {
	GinkgoHelper()
	object := new(T)
	Expect(yaml.Unmarshal([]byte(text), object)).To(Succeed())
	return object
}
