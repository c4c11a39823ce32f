package chart

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// A real API server takes everything that the chart makes, and warns of nothing: expressions compile, names are good, no version is on
// its way out.
func TestServerTakesWhatTheChartMakes(t *testing.T) {
	ctrl.SetLogger(klog.Background())
	env, err := testenv.Start(testenv.Options{FluxCRDs: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := env.Stop(); err != nil {
			t.Error(err)
		}
	})
	_, err = envtest.InstallCRDs(env.Config, envtest.CRDInstallOptions{
		Paths: []string{filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "definitions.yaml")}, ErrorIfPathMissing: true,
	})
	if err != nil {
		t.Fatalf("installing the definitions of others: %v", err)
	}
	for _, name := range []string{namespace, "team-a"} {
		if err := env.Client.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range ci(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			strict := strictClient(t, env)
			for _, object := range rendered(t, "--values", file) {
				//nolint:staticcheck // what is rendered is no typed configuration
				err := strict.Patch(t.Context(), object, client.Apply, client.FieldOwner("helm"), client.ForceOwnership, client.DryRunAll)
				if err != nil {
					t.Errorf("%s: %v", key(object), err)
				}
			}
		})
	}
}

// strictClient refuses unknown fields, and takes warnings of the API server for errors.
func strictClient(t *testing.T, env *testenv.Environment) client.Client {
	t.Helper()
	config := rest.CopyConfig(env.Config)
	config.WarningHandlerWithContext = warnings{t}
	strict, err := client.New(config, client.Options{Scheme: env.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	return client.WithFieldValidation(strict, metav1.FieldValidationStrict)
}

// warnings fails the test that they come up in.
type warnings struct{ t *testing.T }

// HandleWarningHeaderWithContext implements rest.WarningHandlerWithContext.
func (w warnings) HandleWarningHeaderWithContext(_ context.Context, _ int, _ string, text string) {
	w.t.Errorf("the API server warns: %s", text)
}
