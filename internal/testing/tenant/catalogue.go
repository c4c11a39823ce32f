package tenant

import (
	"context"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// catalogue lets those who may read the tenant read the catalogue too, which is in no namespace.
func (n *Tenant) catalogue() []client.Object {
	name := n.Namespace + "-catalogue"
	subjects := n.binding(Admin).Subjects
	subjects = append(subjects, n.binding(Reader).Subjects...)
	return []client.Object{
		&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: []rbacv1.PolicyRule{{
			APIGroups: []string{fleetv1.GroupName}, Resources: []string{"addontemplates"}, Verbs: []string{"get", "list", "watch"},
		}}},
		&rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: name}, Subjects: subjects,
			RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name},
		},
	}
}

// mayReadCatalogue is the right that catalogue gives.
func mayReadCatalogue() authorizationv1.ResourceAttributes {
	return authorizationv1.ResourceAttributes{Verb: "watch", Group: fleetv1.GroupName, Resource: "addontemplates"}
}

func (n *Tenant) closeCatalogue(ctx context.Context, t testing.TB) {
	for _, object := range n.catalogue() {
		if err := client.IgnoreNotFound(n.client.Delete(ctx, object)); err != nil {
			t.Errorf("deleting the %T %s: %v", object, object.GetName(), err)
		}
	}
}
