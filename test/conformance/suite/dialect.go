package suite

import (
	"context"
	"io/fs"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-dev/slipway/internal/testing/tenant"
)

// Dialect is what is particular about the suite of one dialect. Only the first members are needed.
type Dialect struct {
	// Name is the dialect's name as an aggregated API.
	Name string
	// Root is the path that the dialect's paths begin with; Base is put before paths in cases that do not begin with /api.
	Root, Base string
	// Data holds cases/*.yaml and rules.yaml.
	Data fs.FS
	// Tenant is what tenants are like, where a case does not say more.
	Tenant tenant.Wish
	// Always returns what is wrong with an answer, of what holds for every answer. The step is the one that led to it.
	Always func(s Step, a *Answer) []Mismatch

	// Vars are variables of all cases.
	Vars map[string]string
	// Words are members of steps that only this dialect knows. Each compares the answer with a wish of its own.
	Words map[string]Word
	// Faults returns what is wrong with a step as it is written.
	Faults func(s Step) []string
	// Acts tells whether a step without do is a request, which Expand makes of it.
	Acts func(s Step) bool
	// Expand makes a request of such a step. Other steps pass as they are.
	Expand func(p *Performance, s Step) (Step, error)
	// Finish changes a request that is ready to go out, for a step whose words say so.
	Finish func(p *Performance, s Step, r *Request) error
	// Identify makes an identity that only this dialect knows; nil for names that mean nothing to it.
	Identify func(ctx context.Context, t *testing.T, w *World, home *tenant.Tenant, name string) *Identity
	// Prepare readies a tenant that was just made.
	Prepare func(ctx context.Context, t *testing.T, w *World, home *tenant.Tenant)
	// Remember is told of every answer that was as wished.
	Remember func(p *Performance, s Step, a *Answer)
	// Event returns what is wrong with the form of a line of a stream.
	Event func(event any, a *Answer) []Mismatch
}

// Word compares an answer with the wish of a word, in which nothing has been replaced yet.
type Word func(p *Performance, wish *yaml.Node, a *Answer) ([]Mismatch, error)

// Text is a word of a step that is a plain text; empty if the step does not have it.
func (s Step) Text(word string) string {
	node := s.Words[word]
	return node.Value
}

// Decode reads a word of a step; into is unchanged if the step does not have it.
func (s Step) Decode(word string, into any) error {
	node, found := s.Words[word]
	if !found {
		return nil
	}
	return node.Decode(into)
}
