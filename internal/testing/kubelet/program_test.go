package kubelet

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// TestMain is also what the containers of the tests run: their image is this binary.
func TestMain(m *testing.M) {
	switch os.Getenv("ROLE") {
	case "server":
		serve()
	case "greeter":
		fmt.Println("hello from", os.Args[1])
	case "failure":
		os.Exit(3)
	default:
		os.Exit(m.Run())
	}
}

// serve answers with what the process sees, until SIGTERM.
func serve() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var sick atomic.Bool
	routes := http.NewServeMux()
	routes.HandleFunc("GET /variable/{name}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, os.Getenv(r.PathValue("name"))) })
	routes.HandleFunc("GET /argument", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Join(os.Args[1:], " ")) })
	routes.HandleFunc("GET /file", func(w http.ResponseWriter, _ *http.Request) {
		content, err := os.ReadFile(os.Args[1])
		fmt.Fprint(w, string(content))
		if err != nil {
			fmt.Fprint(w, err)
		}
	})
	routes.HandleFunc("GET /account", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, account(r.Context())) })
	routes.HandleFunc("POST /sick", func(http.ResponseWriter, *http.Request) { sick.Store(true) })
	routes.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		if sick.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	server := &http.Server{Addr: os.Getenv("POD_IP") + ":8080", Handler: routes}
	go func() {
		<-ctx.Done()
		fmt.Println("told to end")
		_ = server.Close()
	}()
	fmt.Println("ended:", server.ListenAndServe())
}

// account is who the process is for the API server.
func account(ctx context.Context) string {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return err.Error()
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err.Error()
	}
	review, err := client.AuthenticationV1().SelfSubjectReviews().Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		return err.Error()
	}
	return review.Status.UserInfo.Username
}
