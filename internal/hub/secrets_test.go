package hub_test

import (
	"context"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// secret makes a Secret in a namespace, and another one in place of one that is there.
func (f *tenant) secret(namespace, name string, data map[string]string, options ...func(*corev1.Secret)) {
	f.Helper()
	made := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, StringData: data}
	for _, option := range options {
		option(made)
	}
	must(f, client.IgnoreNotFound(f.client.Delete(f.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}})))
	must(f, f.client.Create(f.Context(), made))
}

// kept marks a Secret as one of the hub's.
func kept(s *corev1.Secret) { s.Labels = map[string]string{fleetv1.LabelKept: "true"} }

// ownedBy lets a Secret go with an object.
func ownedBy(record *hub.Record) func(*corev1.Secret) {
	return func(s *corev1.Secret) {
		s.OwnerReferences = append(s.OwnerReferences, metav1.OwnerReference{
			APIVersion: fleetv1.SchemeGroupVersion.String(), Kind: record.Kind, Name: record.Object.Name, UID: record.Object.UID,
		})
	}
}

// pointTo lets the status of a Cluster name a Secret with its kubeconfig, as a report would.
func (f *tenant) pointTo(r *replica, record *hub.Record, secret string) {
	f.Helper()
	cluster := live(f, record, &fleetv1.Cluster{})
	cluster.Status.KubeconfigSecretName = secret
	must(f, f.client.Status().Update(f.Context(), cluster))
	r.index.Apply(cluster)
}

const kubeconfigText = `# as somebody wrote it
apiVersion: v1
kind: Config
clusters: [{name: t, cluster: {server: "https://10.0.0.1:6443", certificate-authority-data: bm90aGluZw==}}]
contexts: [{name: t, context: {cluster: t, user: u}}]
current-context: t
users: [{name: u, user: {token: hunter2}}]
`

func TestKubeconfig(t *testing.T) {
	f := serve(t, 1)
	r, other := f.replicas[0], f.other()
	cluster := f.cluster(r, "sample")
	pool := f.pool(r, cluster, "workers")
	theirs, err := r.CreateCluster(t.Context(), other, hub.NewCluster{Name: "theirs", Parameters: []byte(`{}`)})
	must(t, err)
	f.secret(other.Namespace, "their-kubeconfig", map[string]string{fleetv1.KubeconfigKey: kubeconfigText})
	f.pointTo(r, theirs, "their-kubeconfig")

	_, err = r.Kubeconfig(t.Context(), f.caller, ref(cluster))
	reason(t, err, hub.WrongState)
	f.secret(f.namespace, "passwords", map[string]string{fleetv1.KubeconfigKey: "password: hunter2", "other": kubeconfigText})
	f.secret(f.namespace, "words", map[string]string{fleetv1.KubeconfigKey: "hunter2: - [hunter2"})
	f.secret(f.namespace, "elsewhere", map[string]string{"kubeconfig": kubeconfigText})
	for what, name := range map[string]string{
		"a Secret that does not exist":          "none",
		"a Secret of another tenant":            "their-kubeconfig",
		"a Secret with something else":          "passwords",
		"a Secret with what nobody can read":    "words",
		"a Secret with it under another key":    "elsewhere",
		"what is no name of a Secret":           "../" + other.Namespace + "/their-kubeconfig",
		"what is no name of a Secret, in short": "..",
	} {
		f.pointTo(r, cluster, name)
		got, err := r.Kubeconfig(t.Context(), f.caller, ref(cluster))
		if reason := hub.ReasonOf(err); reason != hub.WrongState || got != nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}

	f.secret(f.namespace, "mine", map[string]string{fleetv1.KubeconfigKey: kubeconfigText, "other": "x"})
	f.pointTo(r, cluster, "mine")
	for what, ref := range map[string]hub.Ref{"id": ref(cluster), "name": {Kind: fleetv1.KindCluster, Name: "sample"}} {
		got, err := r.Kubeconfig(t.Context(), f.caller, ref)
		if err != nil || string(got) != kubeconfigText {
			t.Errorf("by %s: %q, %v", what, got, err)
		}
	}
	renewed := strings.ReplaceAll(kubeconfigText, "hunter2", "hunter3")
	f.secret(f.namespace, "mine", map[string]string{fleetv1.KubeconfigKey: renewed})
	if got, err := r.Kubeconfig(t.Context(), f.caller, ref(cluster)); err != nil || string(got) != renewed {
		t.Errorf("after a renewal: %q, %v", got, err)
	}
	for what, ref := range map[string]hub.Ref{
		"another tenant's Cluster by id":   ref(theirs),
		"another tenant's Cluster by name": {Kind: fleetv1.KindCluster, Name: "theirs"},
		"no Cluster":                       {Kind: fleetv1.KindCluster, Name: "none"},
		"a NodePool":                       ref(pool),
	} {
		if got, err := r.Kubeconfig(t.Context(), f.caller, ref); hub.ReasonOf(err) != hub.NotFound || got != nil {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
}

// other is a caller of another namespace.
func (f *tenant) other() hub.Caller {
	f.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "other-"}}
	must(f, f.client.Create(f.Context(), namespace))
	return hub.Caller{Namespace: namespace.Name, User: "somebody"}
}

func TestKept(t *testing.T) {
	f := serve(t, 1)
	r, other := f.replicas[0], f.other()
	cluster, rival := f.cluster(r, "sample"), f.cluster(r, "rival")
	workers, more := f.pool(r, cluster, "workers"), f.pool(r, cluster, "more")
	theirs, err := r.CreateCluster(t.Context(), other, hub.NewCluster{Name: "sample", Parameters: []byte(`{}`)})
	must(t, err)

	said := func(what string) map[string]string { return map[string]string{"user_script": what} }
	gone := &hub.Record{Kind: fleetv1.KindCluster, Object: &metav1.ObjectMeta{Name: "sample", UID: "00000000-0000-4000-8000-000000000000"}}
	const digest = "-0123456789"
	f.secret(f.namespace, "the-clusters", said("1"), kept, ownedBy(cluster))
	f.secret(f.namespace, "the-pools", said("2"), kept, ownedBy(workers))
	f.secret(f.namespace, "both", said("3"), kept, ownedBy(gone), ownedBy(workers))
	f.secret(f.namespace, "sample-workers-user-script"+digest, said("4"), kept, ownedBy(cluster))
	f.secret(f.namespace, "sample-workers-user-script-rival"+digest, said("5"), kept, ownedBy(rival))
	f.secret(f.namespace, "unmarked", said("6"), ownedBy(cluster), ownedBy(workers))
	f.secret(f.namespace, "denied", said("7"), ownedBy(cluster), func(s *corev1.Secret) { s.Labels = map[string]string{fleetv1.LabelKept: "false"} })
	f.secret(f.namespace, "nobodys", said("8"), kept)
	f.secret(f.namespace, "left-behind", said("9"), kept, ownedBy(gone))
	f.secret(other.Namespace, "theirs", said("10"), kept, ownedBy(theirs), ownedBy(cluster))

	for name, test := range map[string]struct {
		of     *hub.Record
		secret string
		want   string
	}{
		"a Cluster's own":                          {of: cluster, secret: "the-clusters", want: "1"},
		"a pool's own":                             {of: workers, secret: "the-pools", want: "2"},
		"one of two owners":                        {of: workers, secret: "both", want: "3"},
		"a pool's, which is still its Cluster's":   {of: workers, secret: "sample-workers-user-script" + digest, want: "4"},
		"it is the Cluster's too":                  {of: cluster, secret: "sample-workers-user-script" + digest, want: "4"},
		"it is no other pool's":                    {of: more, secret: "sample-workers-user-script" + digest},
		"a name alone does not make it the pool's": {of: workers, secret: "sample-workers-user-script-rival" + digest},
		"a Cluster's is not its pool's":            {of: workers, secret: "the-clusters"},
		"a pool's is not its Cluster's":            {of: cluster, secret: "the-pools"},
		"a pool's is not another pool's":           {of: more, secret: "the-pools"},
		"a Cluster's is not another Cluster's":     {of: rival, secret: "the-clusters"},
		"one that the hub did not make":            {of: cluster, secret: "unmarked"},
		"nor of a pool":                            {of: workers, secret: "unmarked"},
		"one that says so":                         {of: cluster, secret: "denied"},
		"one without an owner":                     {of: cluster, secret: "nobodys"},
		"one of an earlier Cluster of the name":    {of: cluster, secret: "left-behind"},
		"one in another namespace":                 {of: cluster, secret: "theirs"},
		"a path to another namespace":              {of: cluster, secret: "../../" + other.Namespace + "/secrets/theirs"},
		"one that does not exist":                  {of: cluster, secret: "none"},
		"no name":                                  {of: cluster},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := r.Kept(t.Context(), f.caller, ref(test.of), test.secret)
			must(t, err)
			want := map[string][]byte{"user_script": []byte(test.want)}
			if test.want == "" {
				want = nil
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	_, err = r.Kept(t.Context(), f.caller, ref(theirs), "theirs")
	reason(t, err, hub.NotFound)
	_, err = r.Kept(t.Context(), other, ref(cluster), "the-clusters")
	reason(t, err, hub.NotFound)
}

func TestSecretsWithoutAKubeAPIServer(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	cluster := f.cluster(r, "sample")
	f.pointTo(r, cluster, "mine")
	away := hub.NewStore(hub.StoreOptions{
		Client: unreachable{WithWatch: f.client}, Memory: r.index, Clock: f.clock, SystemNamespace: f.namespace,
	})
	_, err := away.Kubeconfig(t.Context(), f.caller, ref(cluster))
	reason(t, err, hub.Unavailable)
	_, err = away.Authority(t.Context(), f.caller, ref(cluster))
	reason(t, err, hub.Unavailable)
	_, err = away.Kept(t.Context(), f.caller, ref(cluster), "mine")
	reason(t, err, hub.Unavailable)
	_, err = away.Sign(t.Context(), f.caller, ref(cluster), request(t, "somebody"))
	reason(t, err, hub.Unavailable)
}

// unreachable answers no read.
type unreachable struct{ client.WithWatch }

func (unreachable) Get(context.Context, client.ObjectKey, client.Object, ...client.GetOption) error {
	return &url.Error{Op: "Get", URL: "https://127.0.0.1:1", Err: syscall.ECONNREFUSED}
}
