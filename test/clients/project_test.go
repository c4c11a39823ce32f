package clients

import (
	"context"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kubewait "k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// newProject makes a namespace with an account that may view and edit the fleet there, removes both when the test ends, and returns
// the name and a token.
func newProject(t *testing.T) (name, token string) {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", variable(t, "KUBECONFIG"))
	if err != nil {
		t.Fatal(err)
	}
	kube, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	namespace, err := kube.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "clients-"}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatalf("making a project: %v", err)
	}
	name = namespace.Name
	t.Cleanup(func() {
		if err := kube.CoreV1().Namespaces().Delete(context.Background(), name, metav1.DeleteOptions{}); err != nil {
			t.Errorf("removing the project: %v", err)
		}
	})
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "program"}}
	if _, err := kube.CoreV1().ServiceAccounts(name).Create(t.Context(), account, metav1.CreateOptions{}); err != nil {
		t.Fatalf("making an account: %v", err)
	}
	for _, role := range []string{"slipway-viewer", "slipway-editor"} {
		binding := &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: role}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
			Subjects: []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: name, Name: account.Name}},
		}
		if _, err := kube.RbacV1().RoleBindings(name).Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
			t.Fatalf("binding %s: %v", role, err)
		}
	}
	for role, account := range map[string]string{
		"slipway-manager-tenant": "slipway-manager", "slipway-apiserver-tenant": "slipway-apiserver",
		"slipway-kwok-adapter-tenant": "slipway-kwok-adapter",
	} {
		binding := &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: role}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
			Subjects: []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: "slipway-system", Name: account}},
		}
		if _, err := kube.RbacV1().RoleBindings(name).Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
			t.Fatalf("opening the project: %v", err)
		}
	}
	request, err := kube.CoreV1().ServiceAccounts(name).CreateToken(t.Context(), account.Name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatalf("asking for a token: %v", err)
	}
	return name, request.Status.Token
}

// tenant returns a client of the cluster that a kubeconfig leads to.
func tenant(t *testing.T, kubeconfig string) *kubernetes.Clientset {
	t.Helper()
	config, err := clientcmd.RESTConfigFromKubeConfig([]byte(kubeconfig))
	if err != nil {
		t.Fatalf("reading the kubeconfig: %v", err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// checkNodes waits until the nodes of a tenant cluster, all ready, have those versions: how many of each.
func checkNodes(t *testing.T, kubeconfig string, want map[string]int) {
	t.Helper()
	var got map[string]int
	err := kubewait.PollUntilContextTimeout(t.Context(), time.Second, patience*time.Second, true, func(ctx context.Context) (bool, error) {
		list, err := tenant(t, kubeconfig).CoreV1().Nodes().List(ctx, metav1.ListOptions{})
		if err != nil {
			return false, err
		}
		got = map[string]int{}
		for _, node := range list.Items {
			got[node.Status.NodeInfo.KubeletVersion]++
		}
		same := len(got) == len(want)
		for version, count := range want {
			same = same && got[version] == count
		}
		return same, nil
	})
	if err != nil {
		t.Errorf("the nodes: got %v, want %v: %v", got, want, err)
	}
}

// refused tells whether a tenant cluster does not let anybody in with this kubeconfig.
func refused(t *testing.T, kubeconfig string) bool {
	t.Helper()
	_, err := tenant(t, kubeconfig).CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	t.Logf("with the former kubeconfig: %v", err)
	return err != nil && !apierrors.IsNotFound(err)
}
