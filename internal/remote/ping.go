package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/discovery"
)

var (
	// ErrUnreachable tells that the cluster does not answer, or not as an API server does.
	ErrUnreachable = errors.New("the cluster does not answer")
	// ErrUnauthorized tells that the cluster answers and does not accept the credentials.
	ErrUnauthorized = errors.New("the cluster does not accept the credentials of the kubeconfig")
)

// maxVersion is the greatest length of a version that is believed.
const maxVersion = 64

// Ping asks the cluster for its version. Errors wrap ErrUnreachable or ErrUnauthorized; their text is stable for one and the
// same cause, so that it can stand in a condition.
func Ping(ctx context.Context, k *Kubeconfig) (string, error) {
	config := k.RESTConfig()
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return "", fmt.Errorf("building a client for the tenant cluster: %w", err)
	}
	body, err := client.RESTClient().Get().AbsPath("/version").MaxRetries(0).Do(ctx).Raw()
	if err != nil {
		return "", Classify(err)
	}
	info := version.Info{}
	if err := json.Unmarshal(body, &info); err != nil || info.GitVersion == "" || len(info.GitVersion) > maxVersion {
		return "", fmt.Errorf("%w: /version is not that of an API server", ErrUnreachable)
	}
	return info.GitVersion, nil
}

// Classify turns an error of a request to a tenant cluster into one that wraps ErrUnreachable or ErrUnauthorized, with a
// stable text. Other answers of the API server (not found, conflict, …) come back as they are.
func Classify(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrUnreachable) || errors.Is(err, ErrUnauthorized):
		return err
	case apierrors.IsUnauthorized(err) || apierrors.IsForbidden(err):
		return fmt.Errorf("%w (%s)", ErrUnauthorized, cause(err))
	case apierrors.ReasonForError(err) != "" && !isServerFault(err):
		return err
	}
	return fmt.Errorf("%w: %s", ErrUnreachable, cause(err))
}

// isServerFault tells whether an answer says that the server, not the request, is at fault.
func isServerFault(err error) bool {
	var status apierrors.APIStatus
	return errors.As(err, &status) && (status.Status().Code >= 500 || status.Status().Code == 429)
}
