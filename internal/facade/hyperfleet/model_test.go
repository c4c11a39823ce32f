package hyperfleet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// A model of the search language that shares nothing with the real one: it is evaluated on the JSON that clients see, by the plainest
// means. Expressions are drawn together with their meaning, so that it needs no parser either.

// meaning tells whether an answer is found.
type meaning func(answer map[string]any) bool

// drawn is an expression with its meaning.
type drawn struct {
	text string
	meaning
}

// TestSearchAgainstTheModel draws objects and expressions and compares who is found.
func TestSearchAgainstTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expr := drawExpr(3).Draw(t, "expression")
		filter, err := parseSearch(url.Values{"search": {expr.text}})
		if err != nil {
			t.Fatalf("%s: %v", expr.text, err)
		}
		for range 4 {
			record := drawRecord().Draw(t, "record")
			decoder := json.NewDecoder(bytes.NewReader(encoded(record)))
			decoder.UseNumber()
			var answer map[string]any
			if err := decoder.Decode(&answer); err != nil {
				t.Fatal(err)
			}
			if got, want := filter.Match(record), expr.meaning(answer); got != want {
				t.Fatalf("%s\non %s\ngot %t, want %t", expr.text, encoded(record), got, want)
			}
		}
	})
}

// drawRecord draws an object of few values, so that searches often hit.
func drawRecord() *rapid.Generator[*hub.Record] {
	return rapid.Custom(func(t *rapid.T) *hub.Record {
		kind := rapid.SampledFrom([]string{fleetv1.KindCluster, fleetv1.KindNodePool}).Draw(t, "kind")
		return sampleRecord(kind, func(r *hub.Record) {
			r.Name = rapid.SampledFrom([]string{"a", "ab", "A%", "b_"}).Draw(t, "name")
			r.Object.Generation = rapid.Int64Range(1, 3).Draw(t, "generation")
			r.Conditions = nil
			for _, name := range []string{"Ready", "Available", "DnsSuccessful"} {
				if rapid.Bool().Draw(t, "has "+name) {
					status := rapid.SampledFrom([]metav1.ConditionStatus{"True", "False"}).Draw(t, name)
					withCondition(name, status, rapid.Int64Range(0, 3).Draw(t, name+" at"), birth.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, name+" time"))*time.Second))(r)
				}
			}
			for _, key := range []string{"environment", "x.y/z-1"} {
				if delete(r.Object.Labels, key); rapid.Bool().Draw(t, "has "+key) {
					r.Object.Labels[key] = rapid.SampledFrom([]string{"", "a", "ab", "B"}).Draw(t, key)
				}
			}
			scalar := rapid.SampledFrom([]string{"null", "true", "false", `""`, `"a"`, `"AB"`, `"2"`, "2", "2.0", "20e-1", "10", "-3", "[2]", "{}"})
			withSpec(fmt.Sprintf(`{"p":%s,"q":{"r-s":%s}}`, scalar.Draw(t, "p"), scalar.Draw(t, "q")))(r)
			if rapid.Bool().Draw(t, "deleting") {
				deleting(r)
			}
		})
	})
}

// drawExpr draws an expression, written with as few parentheses as the precedence of operators allows.
func drawExpr(depth int) *rapid.Generator[drawn] {
	return rapid.Custom(func(t *rapid.T) drawn {
		operands := rapid.SliceOfN(drawAnd(depth), 1, 3).Draw(t, "or")
		return joined(operands, " or ", false)
	})
}

func drawAnd(depth int) *rapid.Generator[drawn] {
	return rapid.Custom(func(t *rapid.T) drawn {
		operands := rapid.SliceOfN(drawNot(depth), 1, 3).Draw(t, "and")
		return joined(operands, " AND ", true)
	})
}

func drawNot(depth int) *rapid.Generator[drawn] {
	return rapid.Custom(func(t *rapid.T) drawn {
		inner := drawTerm().Draw(t, "term")
		if depth > 0 && rapid.IntRange(0, 3).Draw(t, "grouped") == 0 {
			group := drawExpr(depth-1).Draw(t, "group")
			inner = drawn{"(" + group.text + ")", group.meaning}
		}
		nots := rapid.IntRange(0, 2).Draw(t, "nots")
		text, mean := strings.Repeat("not ", nots)+inner.text, inner.meaning
		return drawn{text, func(answer map[string]any) bool { return mean(answer) != (nots == 1) }}
	})
}

// joined joins operands; all tells whether all must hold, or one.
func joined(operands []drawn, word string, all bool) drawn {
	var texts []string
	for _, operand := range operands {
		texts = append(texts, operand.text)
	}
	return drawn{strings.Join(texts, word), func(answer map[string]any) bool {
		for _, operand := range operands {
			if operand.meaning(answer) != all {
				return !all
			}
		}
		return all
	}}
}

// modelField is a field in the model: how it is found in an answer, the literals to draw from, and the operators that it has.
type modelField struct {
	name     string
	path     []string
	literals []string
	ops      []string
	// typed compares a value with a literal; ok is false if they do not compare.
	typed func(value any, literal string) (order int, ok bool)
}

var (
	allOps   = []string{"=", "!=", "<>", "<", "<=", ">", ">=", "like", "not like", "ilike", "not ilike", "between", "not between", "in", "not in", "is null", "is not null"}
	plainOps = []string{"=", "!=", "<>", "<", "<=", ">", ">=", "between", "not between", "in", "not in", "is null", "is not null"}
	wordOps  = []string{"=", "!=", "<>", "in", "not in", "is null", "is not null"}

	words    = []string{"''", "'a'", "'ab'", "'AB'", "'B'", "'A%'", "'true'", "'2'"}
	integers = []string{"0", "1", "'2'", "+2", "3", "'99999999999999999999'"}
	moments  = []string{"'2026-01-01T00:00:00Z'", "2026-01-01T00:00:01Z", "'2026-01-01T01:00:02+01:00'", "2026-01-04T00:00:00Z", "2026-01-01T00:00:01.5Z"}
	statuses = []string{"'True'", "'False'", "'Unknown'"}
	mixed    = append([]string{"2", "2.00", "1e1", "-3", "true", "FALSE", "0.5"}, words...)
)

// modelFields are the fields; conditions and spec are looked up by the last functions below.
var modelFields = []modelField{
	{"name", []string{"name"}, words, allOps, asText},
	{"kind", []string{"kind"}, []string{"'Cluster'", "'NodePool'"}, allOps, asText},
	{"id", []string{"id"}, []string{"'23qcxt2vtcomxjix6fzx8nsixv'", "'x'"}, allOps, asText},
	{"href", []string{"href"}, []string{"'/api/hyperfleet/v1/clusters/23qcxt2vtcomxjix6fzx8nsixv'", "'x'"}, allOps, asText},
	{"created_by", []string{"created_by"}, []string{"'user@example.com'", "'x'"}, allOps, asText},
	{"deleted_by", []string{"deleted_by"}, []string{"'admin@slipway.local'", "'admin'"}, allOps, asText},
	{"owner_id", []string{"owner_references", "id"}, []string{"'20000000000000000000000007'", "'x'"}, allOps, asText},
	{"generation", []string{"generation"}, integers, plainOps, asNumber},
	{"created_time", []string{"created_time"}, moments, plainOps, asTime},
	{"updated_time", []string{"updated_time"}, moments, plainOps, asTime},
	{"deleted_time", []string{"deleted_time"}, moments, plainOps, asTime},
	{"labels.environment", []string{"labels", "environment"}, words, allOps, asText},
	{"labels.x.y/z-1", []string{"labels", "x.y/z-1"}, words, allOps, asText},
	{"spec.p", []string{"spec", "p"}, mixed, allOps, asScalar},
	{"spec.q.r-s", []string{"spec", "q", "r-s"}, mixed, allOps, asScalar},
	{"spec.none", []string{"spec", "none"}, mixed, allOps, asScalar},
	{"status.conditions.Ready", []string{"status", "conditions", "Ready", "status"}, statuses, wordOps, asText},
	{"status.conditions.Reconciled", []string{"status", "conditions", "Reconciled", "status"}, statuses, wordOps, asText},
	{"status.conditions.DnsSuccessful", []string{"status", "conditions", "DnsSuccessful", "status"}, statuses, wordOps, asText},
	{"status.conditions.None", []string{"status", "conditions", "None", "status"}, statuses, wordOps, asText},
	{"status.conditions.LastKnownReconciled.observed_generation", []string{"status", "conditions", "Available", "observed_generation"}, integers, plainOps, asNumber},
	{"status.conditions.Reconciled.last_updated_time", []string{"status", "conditions", "Ready", "last_updated_time"}, moments, plainOps, asTime},
	{"status.conditions.DnsSuccessful.last_transition_time", []string{"status", "conditions", "DnsSuccessful", "last_transition_time"}, moments, plainOps, asTime},
}

// drawTerm draws a term.
func drawTerm() *rapid.Generator[drawn] {
	return rapid.Custom(func(t *rapid.T) drawn {
		field := rapid.SampledFrom(modelFields).Draw(t, "field")
		op := rapid.SampledFrom(field.ops).Draw(t, "op")
		literal := rapid.SampledFrom(field.literals)
		positive, negated := strings.CutPrefix(op, "not ")
		switch op {
		case "!=", "<>":
			positive, negated = "=", true
		case "is not null":
			positive, negated = "is null", true
		}
		var holds func(value any) bool
		text := field.name + " " + op
		switch positive {
		case "is null":
			holds = func(value any) bool { return value == nil }
		case "like", "ilike":
			pattern := rapid.StringMatching(`[aAbB%_]{0,4}`).Draw(t, "pattern")
			text += " '" + pattern + "'"
			holds = likeModel(pattern, positive == "ilike")
		case "between":
			low, high := literal.Draw(t, "low"), literal.Draw(t, "high")
			text += " " + low + " and " + high
			holds = func(value any) bool { return field.holds(value, ">=", low) && field.holds(value, "<=", high) }
		case "in":
			list := rapid.SliceOfN(literal, 0, 3).Draw(t, "list")
			text += " [" + strings.Join(list, ",") + "]"
			holds = func(value any) bool {
				for _, one := range list {
					if field.holds(value, "=", one) {
						return true
					}
				}
				return false
			}
		default:
			one := literal.Draw(t, "literal")
			text += one
			holds = func(value any) bool { return field.holds(value, positive, one) }
		}
		return drawn{text, func(answer map[string]any) bool { return holds(lookup(answer, field.path)) != negated }}
	})
}

// holds compares a value with one literal.
func (f modelField) holds(value any, sign, literal string) bool {
	if value == nil {
		return false
	}
	order, ok := f.typed(value, literal)
	if !ok {
		return false
	}
	return map[string]bool{"=": order == 0, "<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[sign]
}

// lookup finds a value in an answer, nil if there is none; conditions are found by their type.
func lookup(value any, path []string) any {
	for _, name := range path {
		switch within := value.(type) {
		case map[string]any:
			value = within[name]
		case []any:
			value = nil
			for _, item := range within {
				if condition, ok := item.(map[string]any); ok && condition["type"] == name {
					value = condition
				}
			}
		default:
			return nil
		}
	}
	return value
}

// unquoted is a literal without its quotes; quoted tells whether it had any.
func unquoted(literal string) (text string, quoted bool) {
	if strings.HasPrefix(literal, "'") {
		return strings.Trim(literal, "'"), true
	}
	return literal, false
}

func asText(value any, literal string) (int, bool) {
	text, _ := unquoted(literal)
	return strings.Compare(value.(string), text), true
}

func asNumber(value any, literal string) (int, bool) {
	text, _ := unquoted(literal)
	a, _ := new(big.Rat).SetString(fmt.Sprint(value))
	b, _ := new(big.Rat).SetString(text)
	return a.Cmp(b), true
}

func asTime(value any, literal string) (int, bool) {
	text, _ := unquoted(literal)
	a, errA := time.Parse(time.RFC3339Nano, value.(string))
	b, errB := time.Parse(time.RFC3339Nano, text)
	return a.Compare(b), errA == nil && errB == nil
}

func asScalar(value any, literal string) (int, bool) {
	text, quoted := unquoted(literal)
	shown, scalar := textOf(value)
	switch {
	case !scalar:
		return 0, false
	case quoted:
		return strings.Compare(shown, text), true
	case strings.EqualFold(text, "true") || strings.EqualFold(text, "false"):
		_, isBoolean := value.(bool)
		return strings.Compare(shown, strings.ToLower(text)), isBoolean
	}
	if _, isNumber := value.(json.Number); !isNumber {
		return 0, false
	}
	return asNumber(value, literal)
}

// textOf is the text of a scalar.
func textOf(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number, bool:
		return fmt.Sprint(v), true
	}
	return "", false
}

// likeModel matches by a regular expression.
func likeModel(pattern string, fold bool) func(any) bool {
	text := "(?s)^" + strings.NewReplacer("%", ".*", "_", ".").Replace(pattern) + "$"
	if fold {
		text = "(?i)" + text
	}
	expression := regexp.MustCompile(text)
	return func(value any) bool {
		shown, ok := textOf(value)
		return ok && expression.MatchString(shown)
	}
}
