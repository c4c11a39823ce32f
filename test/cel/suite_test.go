package cel

import (
	"context"
	"fmt"
	"os"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// namespace is where the samples live.
const namespace = "team-example"

var (
	// api refuses unknown fields, so that a row with a misspelt field does not pass by accident.
	api client.Client
)

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	environment, err := testenv.Start(testenv.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := environment.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stopping the test control plane:", err)
		}
	}()
	api = client.WithFieldValidation(environment.Client, metav1.FieldValidationStrict)
	for _, name := range []string{namespace, "team-a"} {
		ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
		if err := environment.Client.Create(context.Background(), ns); err != nil {
			fmt.Fprintf(os.Stderr, "creating namespace %s: %v\n", name, err)
			return 1
		}
	}
	return m.Run()
}
