package main

import (
	"context"
	"fmt"
	"os"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const (
	// restAccount is the service account whose token REST clients are given to try things out with.
	restAccount = "rest-client"
	// tokenLife is how long such a token is good for: longer than a working day. Every up makes a new one.
	tokenLife = 24 * time.Hour
)

// issueToken makes a token of the sample tenant's account for REST clients, and writes it where the env file finds it.
func (e *environment) issueToken(ctx context.Context) error {
	config, err := e.hub.RESTConfig()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	seconds := int64(tokenLife / time.Second)
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds}}
	issued, err := client.CoreV1().ServiceAccounts(sampleNamespace).CreateToken(ctx, restAccount, request, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("issuing a token of %s/%s: %w", sampleNamespace, restAccount, err)
	}
	if err := os.WriteFile(e.token(), []byte(issued.Status.Token), 0o600); err != nil {
		return fmt.Errorf("writing the token: %w", err)
	}
	return e.writeEnv()
}
