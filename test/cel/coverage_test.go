package cel

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// Every rule of every CRD needs a row that it refuses, with its very words at its very field, and a row at the same place
// that is accepted. A rule that somebody adds without rows fails here.
func TestEveryRuleHasRows(t *testing.T) {
	for kind, definition := range definitions(t) {
		refused, accepted := covered(tables[kind].rows)
		rules := rulesOf(schema(definition))
		if len(rules) == 0 {
			t.Errorf("%s has no rules: the walk through its schema is broken", kind)
		}
		for _, rule := range rules {
			if !slices.Contains(refused, rule.String()) {
				t.Errorf("%s: no row is refused with %q", kind, rule)
			}
			if !rule.root() && !slices.ContainsFunc(accepted, rule.near) {
				t.Errorf("%s: no row changes %s, or what is around it, and is accepted", kind, rule.path)
			}
		}
	}
}

// rule is one thing that a schema demands at one place.
type rule struct{ path, message string }

func (r rule) String() string { return r.path + ": " + r.message }

// root tells that the rule is about the object as a whole.
func (r rule) root() bool { return r.path == "metadata" }

// near tells that an edited path is the rule's, above it or below it.
func (r rule) near(edited string) bool {
	return edited == r.path || strings.HasPrefix(edited, r.path+".") || strings.HasPrefix(r.path, edited+".") ||
		strings.HasPrefix(edited, r.path+"[") || strings.HasPrefix(r.path, edited+"[")
}

// rulesOf lists the CEL rules of a schema, and those of its bounds, enums and patterns. Lengths are not among them, and
// neither are metav1.Conditions, which are Kubernetes' own.
func rulesOf(root *apiextensionsv1.JSONSchemaProps) []rule {
	var rules []rule
	walk(root, "", func(path string, props *apiextensionsv1.JSONSchemaProps) {
		if strings.HasPrefix(path, "status.conditions[]") {
			return
		}
		add := func(format string, args ...any) {
			rules = append(rules, rule{path: path, message: fmt.Sprintf(format, args...)})
		}
		for _, validation := range props.XValidations {
			at := strings.TrimPrefix(path+validation.FieldPath, ".")
			rules = append(rules, rule{path: at, message: validation.Message})
		}
		if len(props.Enum) > 0 {
			var values []string
			for _, value := range props.Enum {
				values = append(values, string(value.Raw))
			}
			add("supported values: %s", strings.Join(values, ", "))
		}
		if props.Pattern != "" {
			add("should match '%s'", props.Pattern)
		}
		if props.Minimum != nil {
			add("should be greater than or equal to %v", *props.Minimum)
		}
		if props.Maximum != nil {
			add("should be less than or equal to %v", *props.Maximum)
		}
		if props.MinItems != nil {
			add("should have at least %d items", *props.MinItems)
		}
	})
	return rules
}

var index = regexp.MustCompile(`\[\d+\]`)

// covered returns the errors that rows want and the paths that accepted rows edit, with indexes left out.
func covered(rows []row) (refused, accepted []string) {
	for _, row := range rows {
		for _, want := range row.wantErrors {
			field, message, _ := strings.Cut(want, ": ")
			refused = append(refused, index.ReplaceAllString(field, "[]")+": "+message)
		}
		if len(row.wantErrors) > 0 {
			continue
		}
		for _, e := range slices.Concat(row.mutate, row.update, row.status) {
			accepted = append(accepted, index.ReplaceAllString(e.path, "[]"))
		}
	}
	return refused, accepted
}
