package testenv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// accountNamespace is where Slipway's service accounts are.
const accountNamespace = "slipway-system"

// accountFiles are what says what each of them may do, below config/rbac.
var accountFiles = map[string][]string{
	"slipway-manager":      {"role.yaml", "role_binding.yaml"},
	"slipway-apiserver":    {"apiserver/role.yaml", "apiserver/role_binding.yaml"},
	"slipway-kwok-adapter": {"reporter.yaml", "kwok-adapter/role.yaml", "kwok-adapter/role_binding.yaml"},
}

// Account returns a client that is one of Slipway's service accounts, with the rights that config/rbac gives it everywhere and in
// no namespace more: Open gives it those.
func (e *Environment) Account(ctx context.Context, name string) (client.WithWatch, error) {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: accountNamespace}}
	if err := e.ensure(ctx, namespace); err != nil {
		return nil, err
	}
	for _, file := range accountFiles[name] {
		if err := e.ensureFile(ctx, filepath.Join(Root(), "config", "rbac", filepath.FromSlash(file))); err != nil {
			return nil, err
		}
	}
	user, err := e.User(accountUser(name), "system:serviceaccounts", "system:serviceaccounts:"+accountNamespace)
	if err != nil {
		return nil, err
	}
	right := authorizationv1.ResourceAttributes{Group: "fleet.slipway.dev", Resource: "clusters", Verb: "get"}
	if err := e.awaitRight(ctx, name, right); err != nil {
		return nil, err
	}
	config := user.Config()
	config.QPS, config.Burst = -1, -1
	made, err := client.NewWithWatch(config, client.Options{Scheme: e.Scheme})
	if err != nil {
		return nil, fmt.Errorf("building a client of %s: %w", name, err)
	}
	return made, nil
}

// Open binds the ClusterRole with the rights that a service account of Slipway's has in tenants' namespaces, in one.
func (e *Environment) Open(ctx context.Context, name, namespace string) error {
	role := name + "-tenant"
	err := e.ensure(ctx, &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: role},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: accountNamespace, Name: name}},
	})
	if err != nil {
		return err
	}
	return e.awaitRight(ctx, name, authorizationv1.ResourceAttributes{Namespace: namespace, Resource: "secrets", Verb: "get"})
}

func accountUser(name string) string { return "system:serviceaccount:" + accountNamespace + ":" + name }

// awaitRight waits until the API server knows of a right.
func (e *Environment) awaitRight(ctx context.Context, name string, right authorizationv1.ResourceAttributes) error {
	err := wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, 30*time.Second, true, func(ctx context.Context) (bool, error) {
		review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
			User: accountUser(name), ResourceAttributes: &right,
		}}
		err := e.Client.Create(ctx, review)
		return review.Status.Allowed, err
	})
	if err != nil {
		return fmt.Errorf("waiting for the rights of %s: %w", name, err)
	}
	return nil
}

// ensureFile creates the objects in a file.
func (e *Environment) ensureFile(ctx context.Context, file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("reading roles: %w", err)
	}
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading %s: %w", file, err)
		}
		if err := e.ensure(ctx, object); err != nil {
			return err
		}
	}
}

func (e *Environment) ensure(ctx context.Context, object client.Object) error {
	if err := e.Client.Create(ctx, object); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("creating %s: %w", object.GetName(), err)
	}
	return nil
}
