package controllers_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/slipway-dev/slipway/controllers"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// account is whom the manager runs as: it has the rights of config/rbac/role.yaml and no others.
const account = "system:serviceaccount:slipway-system:slipway-manager"

var env *testenv.Environment

func TestControllers(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "All controllers in one manager")
}

var _ = BeforeSuite(func(ctx context.Context) {
	SetDefaultEventuallyTimeout(20 * time.Second)
	SetDefaultEventuallyPollingInterval(20 * time.Millisecond)
	env = testenv.ForSuite(testenv.Options{FluxCRDs: true}) // stops after the manager, which holds watches open
	grant(ctx)
	start()
})

// grant gives the account the generated role.
func grant(ctx context.Context) {
	role := role(ctx, "role.yaml")
	binding := &rbacv1.ClusterRoleBinding{}
	binding.Name = role.Name
	binding.RoleRef = rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role.Name}
	binding.Subjects = []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: account}}
	Expect(env.Client.Create(ctx, binding)).To(Succeed())
}

// role creates the ClusterRole of a file in config/rbac.
func role(ctx context.Context, file string) *rbacv1.ClusterRole {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join(testenv.Root(), "config", "rbac", file))
	Expect(err).NotTo(HaveOccurred())
	role := &rbacv1.ClusterRole{}
	Expect(yaml.UnmarshalStrict(text, role)).To(Succeed())
	Expect(env.Client.Create(ctx, role)).To(Succeed())
	return role
}

// refusals collects what the API server refused the manager for lack of rights.
var refusals struct {
	sync.Mutex
	list []string
}

// start runs the manager until the suite ends.
func start() {
	config := rest.CopyConfig(env.Config)
	config.Impersonate = rest.ImpersonationConfig{UserName: account}
	config.Wrap(refusalRecorder)
	served, logger := observed.observe(config)
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Logger:  logger,
		Scheme:  env.Scheme,
		Cache:   cache.Options{DefaultTransform: cache.TransformStripManagedFields()},
		Client:  client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.Secret{}}}},
		Metrics: served,
	})
	Expect(err).NotTo(HaveOccurred())
	ctx, cancel := context.WithCancel(context.Background())
	Expect(controllers.Setup(ctx, mgr, controllers.Options{})).To(Succeed())
	done := make(chan error, 1)
	go func() { done <- mgr.Start(ctx) }()
	DeferCleanup(func() {
		cancel()
		Expect(<-done).To(Succeed())
	})
}
