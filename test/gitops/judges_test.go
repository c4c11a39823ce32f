package gitops

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	. "github.com/onsi/gomega"
	lua "github.com/yuin/gopher-lua"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// verdicts are what the three tools say of an object.
type verdicts struct{ argo, kstatus, flux string }

// judge asks all three. Flux has expressions for some kinds only; of the others it says what kstatus says.
func judge(g Gomega, object *unstructured.Unstructured) verdicts {
	generic, err := status.Compute(object)
	g.Expect(err).NotTo(HaveOccurred())
	v := verdicts{argo: argo(g, object), kstatus: string(generic.Status), flux: string(generic.Status)}
	for _, custom := range expressions(g) {
		if custom.Kind != object.GetKind() || custom.APIVersion != object.GetAPIVersion() {
			continue
		}
		evaluator, err := cel.NewStatusEvaluator(&custom.HealthCheckExpressions)
		g.Expect(err).NotTo(HaveOccurred())
		result, err := evaluator.Evaluate(context.Background(), object)
		g.Expect(err).NotTo(HaveOccurred())
		v.flux = string(result.Status)
	}
	return v
}

// expressions are the healthCheckExprs of the example repository.
func expressions(g Gomega) []kustomize.CustomHealthCheck {
	text, err := os.ReadFile(filepath.Join(testenv.Root(), "docs", "gitops", "example", "clusters", "management", "tenants.yaml"))
	g.Expect(err).NotTo(HaveOccurred())
	var kustomization struct {
		Spec struct {
			HealthCheckExprs []kustomize.CustomHealthCheck `json:"healthCheckExprs"`
		} `json:"spec"`
	}
	g.Expect(yaml.Unmarshal(text, &kustomization)).To(Succeed())
	g.Expect(kustomization.Spec.HealthCheckExprs).NotTo(BeEmpty())
	return kustomization.Spec.HealthCheckExprs
}

// argo runs the script for the object's kind as Argo CD does: in a Lua without its libraries for files and processes, on the object as
// the global obj. It returns the status; a message has to be there too.
func argo(g Gomega, object *unstructured.Unstructured) string {
	text, err := os.ReadFile(filepath.Join(testenv.Root(), "docs", "gitops", "argocd", "argocd-cm.yaml"))
	g.Expect(err).NotTo(HaveOccurred())
	config := &corev1.ConfigMap{}
	g.Expect(yaml.UnmarshalStrict(text, config)).To(Succeed())
	script := config.Data["resource.customizations.health.fleet.slipway.dev_"+object.GetKind()]
	g.Expect(script).NotTo(BeEmpty(), "there is no script for %s", object.GetKind())

	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for name, open := range map[string]lua.LGFunction{
		lua.LoadLibName: lua.OpenPackage, lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable, lua.StringLibName: lua.OpenString,
	} {
		g.Expect(state.CallByParam(lua.P{Fn: state.NewFunction(open), Protect: true}, lua.LString(name))).To(Succeed())
	}
	state.SetGlobal("obj", asLua(state, object.Object))
	g.Expect(state.DoString(script)).To(Succeed())
	health, ok := state.Get(-1).(*lua.LTable)
	g.Expect(ok).To(BeTrue(), "the script returned no table")
	g.Expect(health.RawGetString("message").Type()).To(Equal(lua.LTString))
	return health.RawGetString("status").String()
}

// asLua turns JSON into what Lua works with.
func asLua(state *lua.LState, value any) lua.LValue {
	switch typed := value.(type) {
	case map[string]any:
		table := state.NewTable()
		for key, item := range typed {
			table.RawSetString(key, asLua(state, item))
		}
		return table
	case []any:
		table := state.NewTable()
		for _, item := range typed {
			table.Append(asLua(state, item))
		}
		return table
	case string:
		return lua.LString(typed)
	case bool:
		return lua.LBool(typed)
	case int64:
		return lua.LNumber(typed)
	case float64:
		return lua.LNumber(typed)
	case nil:
		return lua.LNil
	}
	panic(fmt.Sprintf("%T is no JSON", value))
}
