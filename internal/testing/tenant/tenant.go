package tenant

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Patience is how long the control plane may take to make what was asked for effective.
const Patience = time.Minute

const glance = 50 * time.Millisecond

// The service accounts of a tenant.
const (
	// Admin may do everything with the fleet in its namespace.
	Admin = "admin"
	// Editor may do what the role edit of Kubernetes allows: neither report nor force a deletion.
	Editor = "editor"
	// Reader may read it.
	Reader = "reader"
	// Nobody has no right at all.
	Nobody = "nobody"
	// Bound reports as the adapter dns, and has no right.
	Bound = "bound"
)

// Wish says what a tenant is to be like.
type Wish struct {
	// Prefix begins the names of its namespace and its Platform.
	Prefix string
	// Cluster and NodePool are the adapters that its Platform requires.
	Cluster, NodePool []string
	// Platform is what else the Platform's spec holds.
	Platform fleetv1.PlatformSpec
}

// Tenant is a namespace with identities.
type Tenant struct {
	// Namespace and Platform are names.
	Namespace, Platform string

	client client.Client
	mutex  sync.Mutex
	tokens map[string]string
}

// New makes a tenant, waits until its identities have their rights, and removes it when the test ends.
func New(ctx context.Context, t testing.TB, c client.Client, wish Wish) *Tenant {
	t.Helper()
	name := wish.Prefix + "-" + rand.String(6)
	made := &Tenant{Namespace: name, Platform: name, client: c, tokens: map[string]string{}}
	platform := &fleetv1.Platform{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: wish.Platform}
	platform.Spec.RequiredAdapters = fleetv1.RequiredAdapters{Cluster: wish.Cluster, NodePool: wish.NodePool}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: name, Labels: map[string]string{fleetv1.LabelPlatform: name, fleetv1.LabelAccessKeys: "true"},
	}}
	t.Cleanup(func() { made.remove(t) })
	objects := append([]client.Object{platform, namespace}, openings(name)...)
	for _, account := range []string{Admin, Editor, Reader, Nobody, Bound} {
		objects = append(objects, made.account(account))
	}
	for account, rule := range rules {
		objects = append(objects, made.role(account, rule), made.binding(account))
	}
	objects = append(objects, made.catalogue()...)
	for _, object := range objects {
		if err := c.Create(ctx, object); err != nil {
			t.Fatalf("making a tenant: creating the %T %s: %v", object, object.GetName(), err)
		}
	}
	for account := range rules {
		made.awaitRights(ctx, t, account)
	}
	return made
}

// User is the user name of one of the tenant's service accounts.
func (n *Tenant) User(account string) string {
	return "system:serviceaccount:" + n.Namespace + ":" + account
}

// Admins is a group whose members have the rights of Admin.
func (n *Tenant) Admins() string { return n.Namespace + "-admins" }

// Author is how REST clients see the account as an author.
func (n *Tenant) Author(account string) string {
	return strings.ReplaceAll(n.User(account), ":", ".") + "@slipway.local"
}

// Token returns a bearer token of one of the tenant's service accounts.
func (n *Tenant) Token(ctx context.Context, t testing.TB, account string) string {
	t.Helper()
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.tokens[account] == "" {
		request := &authenticationv1.TokenRequest{}
		if err := n.client.SubResource("token").Create(ctx, n.account(account), request); err != nil {
			t.Fatalf("asking for a token of %s: %v", n.User(account), err)
		}
		n.tokens[account] = request.Status.Token
	}
	return n.tokens[account]
}

func (n *Tenant) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: n.Namespace, Name: name}
}

func (n *Tenant) account(name string) *corev1.ServiceAccount {
	account := &corev1.ServiceAccount{ObjectMeta: n.meta(name)}
	if name == Bound {
		account.Annotations = map[string]string{fleetv1.AnnotationAdapters: "dns"}
	}
	return account
}

// rules are what the accounts with rights may do.
var rules = map[string]rbacv1.PolicyRule{
	Admin:  {Resources: []string{"*"}, Verbs: []string{"*"}},
	Editor: {Resources: []string{"clusters", "nodepools", "addons"}, Verbs: []string{"*"}},
	Reader: {Resources: []string{"*"}, Verbs: []string{"get", "list", "watch"}},
}

func (n *Tenant) role(name string, rule rbacv1.PolicyRule) *rbacv1.Role {
	rule.APIGroups = []string{fleetv1.GroupName}
	return &rbacv1.Role{ObjectMeta: n.meta(name), Rules: []rbacv1.PolicyRule{rule}}
}

func (n *Tenant) binding(name string) *rbacv1.RoleBinding {
	subjects := []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: n.Namespace, Name: name}}
	if name == Admin {
		subjects = append(subjects, rbacv1.Subject{Kind: rbacv1.GroupKind, APIGroup: rbacv1.GroupName, Name: n.Admins()})
	}
	return &rbacv1.RoleBinding{
		ObjectMeta: n.meta(name),
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name},
		Subjects:   subjects,
	}
}

// awaitRights waits until the kube-apiserver knows the account's rights. A server that asked before would remember a refusal.
func (n *Tenant) awaitRights(ctx context.Context, t testing.TB, account string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	rights := []authorizationv1.ResourceAttributes{
		{Namespace: n.Namespace, Verb: "watch", Group: fleetv1.GroupName, Resource: "nodepools"},
	}
	if account != Editor {
		rights = append(rights, mayReadCatalogue())
	}
	for _, right := range rights {
		n.await(ctx, t, "the rights of "+account, func(ctx context.Context) (bool, error) {
			review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
				User: n.User(account), ResourceAttributes: &right,
			}}
			err := n.client.Create(ctx, review)
			return review.Status.Allowed, err
		})
	}
}

// await waits as long as the context allows.
func (n *Tenant) await(ctx context.Context, t testing.TB, what string, condition wait.ConditionWithContextFunc) {
	t.Helper()
	if err := wait.PollUntilContextCancel(ctx, glance, true, condition); err != nil {
		t.Errorf("waiting for %s in %s: %v", what, n.Namespace, err)
	}
}

// remove deletes the tenant and lets go of whatever a finalizer still holds.
func (n *Tenant) remove(t testing.TB) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*Patience)
	defer cancel()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: n.Namespace}}
	if err := client.IgnoreNotFound(n.client.Delete(ctx, namespace)); err != nil {
		t.Errorf("deleting the namespace %s: %v", n.Namespace, err)
	}
	n.await(ctx, t, "the end of all objects", func(ctx context.Context) (bool, error) {
		left := 0
		for _, list := range []client.ObjectList{&fleetv1.AddonList{}, &fleetv1.NodePoolList{}, &fleetv1.ClusterList{}, &fleetv1.AdapterStatusList{}} {
			count, err := n.letGo(ctx, list)
			if err != nil {
				return false, err
			}
			left += count
		}
		return left == 0, nil
	})
	n.closeCatalogue(ctx, t)
	platform := &fleetv1.Platform{ObjectMeta: metav1.ObjectMeta{Name: n.Platform}}
	if err := client.IgnoreNotFound(n.client.Delete(ctx, platform)); err != nil {
		t.Errorf("deleting the Platform %s: %v", n.Platform, err)
	}
}

// letGo deletes the objects of a kind, drops their finalizers, and tells how many there were.
func (n *Tenant) letGo(ctx context.Context, list client.ObjectList) (int, error) {
	if err := n.client.List(ctx, list, client.InNamespace(n.Namespace)); err != nil {
		return 0, err
	}
	drop := client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	err := apimeta.EachListItem(list, func(item runtime.Object) error {
		object, ok := item.(client.Object)
		if !ok {
			return fmt.Errorf("%T is no object", item)
		}
		group.Go(func() error {
			if object.GetDeletionTimestamp() == nil {
				if err := n.client.Delete(ctx, object); err != nil {
					return client.IgnoreNotFound(err)
				}
			}
			return client.IgnoreNotFound(n.client.Patch(ctx, object, drop))
		})
		return nil
	})
	return apimeta.LenList(list), errors.Join(err, group.Wait())
}
