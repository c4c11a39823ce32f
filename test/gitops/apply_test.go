package gitops

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/google/go-cmp/cmp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// applier is the field manager of what is applied.
const applier = "gitops"

// version is what tells that somebody wrote to an object.
type version struct {
	UID             types.UID
	ResourceVersion string
	Generation      int64
	// Owned are the fields that the applier owns.
	Owned string
}

var _ = Describe("applying again", Ordered, func() {
	// The catalogue before the add-ons from it. Some objects are in two folders, with another content: nothing is taken away in between.
	for _, folder := range []string{
		"config/samples", "config/samples/catalog", "config/samples/local", "config/samples/nks", "config/samples/imported",
		"docs/gitops/example/catalogue", "docs/gitops/example/tenants",
	} {
		It("changes nothing of "+folder, func(ctx SpecContext) {
			folder := filepath.Join(testenv.Root(), folder)
			apply := func() {
				GinkgoHelper()
				// Where somebody else took a field, this fails with a conflict.
				kubectl(ctx, "apply", "--server-side", "--field-manager="+applier, "--kustomize", folder)
			}
			objects := decoded(kubectl(ctx, "kustomize", folder))
			apply()
			// Slipway writes finalizers, ids and states, and then nothing more.
			var before map[string]version
			Eventually(func(g Gomega) {
				last := before
				before = versions(ctx, g, objects)
				g.Expect(cmp.Diff(last, before)).To(BeEmpty())
			}).WithPolling(settling).Should(Succeed())
			apply()
			Expect(cmp.Diff(before, versions(ctx, Default, objects))).To(BeEmpty(), "the second apply wrote (- before, + after)")
			kubectl(ctx, "diff", "--server-side", "--field-manager="+applier, "--kustomize", folder) // exits with 1 for a difference
		})
	}
})

// settling is how long nothing may be written before what is applied counts as settled.
const settling = 1e9

func decoded(text string) []*unstructured.Unstructured {
	GinkgoHelper()
	var objects []*unstructured.Unstructured
	reader := yaml.NewYAMLOrJSONDecoder(stringReader(text), 4096)
	for {
		object := &unstructured.Unstructured{}
		if err := reader.Decode(object); err != nil {
			Expect(err).To(MatchError("EOF"))
			Expect(objects).NotTo(BeEmpty())
			return objects
		}
		objects = append(objects, object)
	}
}

// versions reads the objects as they are.
func versions(ctx context.Context, g Gomega, objects []*unstructured.Unstructured) map[string]version {
	GinkgoHelper()
	seen := map[string]version{}
	for _, object := range objects {
		found := &unstructured.Unstructured{}
		found.SetGroupVersionKind(object.GroupVersionKind())
		g.Expect(env.Client.Get(ctx, client.ObjectKeyFromObject(object), found)).To(Succeed())
		v := version{UID: found.GetUID(), ResourceVersion: found.GetResourceVersion(), Generation: found.GetGeneration()}
		for _, entry := range found.GetManagedFields() {
			if entry.Manager == applier && entry.Operation == metav1.ManagedFieldsOperationApply {
				v.Owned = entry.FieldsV1.GetRawString()
			}
		}
		seen[fmt.Sprintf("%s %s/%s", found.GetKind(), found.GetNamespace(), found.GetName())] = v
	}
	return seen
}
