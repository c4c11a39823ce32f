package tenant

import (
	"context"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// systemNamespace is where Slipway's service accounts are.
const systemNamespace = "slipway-system"

// opened says which ClusterRoles are bound where Slipway may work with the Secrets of a namespace, and to which of its service
// accounts: what config/tenant and the folders below it bind.
var opened = map[string]string{
	"slipway-manager-tenant":        "slipway-manager",
	"slipway-apiserver-tenant":      "slipway-apiserver",
	"slipway-apiserver-access-keys": "slipway-apiserver",
	"slipway-kwok-adapter-tenant":   "slipway-kwok-adapter",
}

// Open lets Slipway work with the Secrets of a namespace, as config/tenant does, and the kwok-adapter too. The bindings go with
// the namespace.
func Open(ctx context.Context, c client.Client, namespace string) error {
	for _, binding := range openings(namespace) {
		if err := c.Create(ctx, binding); err != nil {
			return err
		}
	}
	return nil
}

func openings(namespace string) []client.Object {
	bindings := make([]client.Object, 0, len(opened))
	for role, account := range opened {
		bindings = append(bindings, &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: role},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
			Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: systemNamespace, Name: account}},
		})
	}
	return bindings
}
