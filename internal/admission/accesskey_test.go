package admission_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

// accessKeySecret is a Secret that everybody may write who may impersonate jane and the groups dev and ops.
func accessKeySecret(namespace string) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "key"}, Type: fleetv1.SecretTypeAccessKey,
		Data: map[string][]byte{"accessKey": []byte("AK0001"), "secretKey": []byte("secret"), "user": []byte("jane"), "groups": []byte("dev,ops")},
	}
}

// writerOf returns a client of a user who may write Secrets in a namespace, and impersonate jane and the groups that are named.
func writerOf(ctx SpecContext, namespace, name string, users, groups []string) client.Client {
	GinkgoHelper()
	rules := []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"*"}}}
	for resource, names := range map[string][]string{"users": users, "groups": groups} {
		if len(names) > 0 {
			rules = append(rules, rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{resource}, Verbs: []string{"impersonate"}, ResourceNames: names})
		}
	}
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: namespace + "-" + name}, Rules: rules}
	Expect(env.Client.Create(ctx, role)).To(Succeed())
	Expect(env.Client.Create(ctx, &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: role.Name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role.Name},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: role.Name}},
	})).To(Succeed())
	user, err := env.User(role.Name)
	Expect(err).NotTo(HaveOccurred())
	writer, err := client.New(user.Config(), client.Options{Scheme: env.Scheme})
	Expect(err).NotTo(HaveOccurred())
	return writer
}

var _ = Describe("the webhook for access keys", Ordered, func() {
	var (
		namespace                      string
		full, dev, nobody, jane, admin client.Client
	)

	BeforeAll(func(ctx SpecContext) {
		namespace = expect.Namespace(ctx, env.Client, nil)
		full = writerOf(ctx, namespace, "full", []string{"jane"}, []string{"dev", "ops"})
		dev = writerOf(ctx, namespace, "dev", []string{"jane"}, []string{"dev"})
		jane = writerOf(ctx, namespace, "jane", []string{"jane"}, nil)
		nobody = writerOf(ctx, namespace, "nobody", nil, nil)
		admin = env.Client
		// The API server takes a moment to learn of roles.
		Eventually(func(g Gomega) {
			for _, writer := range []client.Client{full, dev, jane, nobody} {
				secret := accessKeySecret(namespace)
				secret.Type = corev1.SecretTypeOpaque
				g.Expect(writer.Create(ctx, secret, client.DryRunAll)).To(Succeed())
			}
		}).WithTimeout(30e9).Should(Succeed())
	})

	DescribeTable("creating",
		func(ctx SpecContext, who func() client.Client, change func(map[string][]byte), message string) {
			secret := accessKeySecret(namespace)
			change(secret.Data)
			err := who().Create(ctx, secret, client.DryRunAll)
			if message == "" {
				Expect(err).NotTo(HaveOccurred())
				return
			}
			Expect(err).To(MatchError(ContainSubstring(message)))
			Expect(err.Error()).NotTo(ContainSubstring("hush"))
		},
		Entry("accepts one from whom may impersonate the user and the groups", func() client.Client { return full }, with(), ""),
		Entry("accepts one without groups", func() client.Client { return jane }, with("groups", ""), ""),
		Entry("accepts everybody's from an administrator", func() client.Client { return admin }, with("user", "x", "groups", "a,b,c,d,e,f,g,h"), ""),
		Entry("refuses a user that is not the writer's to impersonate", func() client.Client { return full }, with("user", "root"), "impersonate root in users"),
		Entry("refuses the first group that is not", func() client.Client { return jane }, with(), "impersonate dev in groups"),
		Entry("refuses the last group that is not", func() client.Client { return dev }, with(), "impersonate ops in groups"),
		Entry("refuses whoever may impersonate nobody", func() client.Client { return nobody }, with("groups", ""), "impersonate jane in users"),
		Entry("refuses one without an access key", func() client.Client { return admin }, with("accessKey", "", "secretKey", "hush"), "data.accessKey: Invalid value"),
		Entry("refuses an access key with a comma", func() client.Client { return admin }, with("accessKey", "a,b"), "data.accessKey: Invalid value"),
		Entry("refuses an access key with a line end", func() client.Client { return admin }, with("accessKey", "AK0001\n"), "data.accessKey: Invalid value"),
		Entry("refuses an access key that is too long", func() client.Client { return admin }, with("accessKey", strings.Repeat("k", 129)), "data.accessKey: Invalid value"),
		Entry("refuses one without a secret key", func() client.Client { return admin }, with("secretKey", ""), "data.secretKey: Invalid value: must not be empty"),
		Entry("refuses one without a user", func() client.Client { return admin }, with("user", ""), "data.user: Invalid value"),
		Entry("refuses a user of Kubernetes' own", func() client.Client { return admin }, with("user", "system:admin"), "data.user: Invalid value"),
		Entry("refuses a user with blanks", func() client.Client { return admin }, with("user", "jane\n"), "data.user: Invalid value"),
		Entry("refuses a group of Kubernetes' own", func() client.Client { return admin }, with("groups", "dev,system:masters"), "data.groups: Invalid value"),
		Entry("refuses a group with blanks", func() client.Client { return admin }, with("groups", "dev, system:masters"), "data.groups: Invalid value"),
		Entry("refuses an empty group", func() client.Client { return admin }, with("groups", "dev,"), "data.groups: Invalid value"),
	)

	It("does not look at other Secrets", func(ctx SpecContext) {
		secret := accessKeySecret(namespace)
		secret.Type = corev1.SecretTypeOpaque
		Expect(nobody.Create(ctx, secret, client.DryRunAll)).To(Succeed())
	})

	It("looks at what is given as text", func(ctx SpecContext) {
		secret := accessKeySecret(namespace)
		secret.StringData = map[string]string{"user": "root"}
		Expect(full.Create(ctx, secret, client.DryRunAll)).To(MatchError(ContainSubstring("impersonate root in users")))
	})

	It("lets no one slip in, change or take over a key", func(ctx SpecContext) {
		secret := accessKeySecret(namespace)
		Expect(full.Create(ctx, secret)).To(Succeed())
		changed := secret.DeepCopy()
		changed.Labels = map[string]string{"mine": "yes"}
		Expect(nobody.Update(ctx, changed, client.DryRunAll)).To(Succeed(), "labels are free")
		for key, value := range map[string]string{"user": "root", "groups": "dev,admins", "secretKey": "mine", "accessKey": "AK0002"} {
			changed := secret.DeepCopy()
			changed.Data[key] = []byte(value)
			Expect(nobody.Update(ctx, changed, client.DryRunAll)).To(MatchError(ContainSubstring("impersonate")), key)
		}
		rotated := secret.DeepCopy()
		rotated.Data["secretKey"] = []byte("new")
		Expect(full.Update(ctx, rotated, client.DryRunAll)).To(Succeed())
		Expect(nobody.Delete(ctx, secret)).To(Succeed())
	})
})

// with sets data of a Secret; what is set to nothing is taken out.
func with(pairs ...string) func(map[string][]byte) {
	return func(data map[string][]byte) {
		for i := 0; i < len(pairs); i += 2 {
			data[pairs[i]] = []byte(pairs[i+1])
			if pairs[i+1] == "" {
				delete(data, pairs[i])
			}
		}
	}
}
