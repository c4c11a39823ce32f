package params

import (
	"errors"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemaURL names the one document a schema consists of. A relative reference inside a schema resolves against it, and
// nothing is ever loaded from it.
const schemaURL = "params://schema"

// Schema is a compiled JSON schema. It is safe for concurrent use.
type Schema struct{ root *jsonschema.Schema }

var errRemoteReference = errors.New("a schema must be whole: references to other documents are not followed")

// refuseLoading is the loader of a compiler that must not load anything.
type refuseLoading struct{}

func (refuseLoading) Load(string) (any, error) { return nil, errRemoteReference }

// CompileSchema compiles a JSON schema. Draft 2020-12 applies unless $schema names another. An empty document is the schema
// that everything satisfies. Equal documents are compiled once, as long as not too many others come between.
func CompileSchema(document []byte) (*Schema, error) { return compiled.get(document) }

func compile(document []byte) (*Schema, error) {
	decoded, faults := Decode(document, "")
	if len(faults) > 0 {
		return nil, fmt.Errorf("the schema %s", faults[0].Message)
	}
	switch decoded.(type) {
	case map[string]any, bool:
	default:
		return nil, errors.New("the schema must be an object")
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	compiler.UseLoader(refuseLoading{})
	if err := compiler.AddResource(schemaURL, decoded); err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	root, err := compiler.Compile(schemaURL)
	if err != nil {
		return nil, compileError(err)
	}
	return &Schema{root: root}, nil
}

// compileError says which keyword of a schema is at fault, without the library's name for the document.
func compileError(err error) error {
	var invalid *jsonschema.SchemaValidationError
	var cause *jsonschema.ValidationError
	if errors.As(err, &invalid) && errors.As(invalid.Err, &cause) {
		faults := explain(cause, explanation{})
		if len(faults) > 0 {
			return errors.New("is not a valid JSON schema: " + Join(sorted(faults)))
		}
	}
	var load *jsonschema.LoadURLError
	if errors.As(err, &load) && errors.Is(load.Err, errRemoteReference) {
		return errRemoteReference
	}
	return fmt.Errorf("is not a valid JSON schema: %w", err)
}

// Validate checks a JSON document against a JSON schema and returns what is wrong with it, in the order of the paths. Each
// path starts with at. A schema that does not compile is a fault too.
func Validate(schema, document []byte, at string) []Fault {
	compiled, err := CompileSchema(schema)
	if err != nil {
		return []Fault{{Path: at, Message: "cannot be checked: the schema " + err.Error()}}
	}
	decoded, faults := Decode(document, at)
	if len(faults) > 0 {
		return faults
	}
	return compiled.Validate(decoded, at)
}

// Validate checks a decoded document (see Decode) and returns what is wrong with it, in the order of the paths.
func (s *Schema) Validate(document any, at string) []Fault {
	return s.validate(origin{at: at, document: document})
}

func (s *Schema) validate(from origin) []Fault {
	err := s.root.Validate(from.document)
	if err == nil {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return []Fault{{Path: from.at, Message: "cannot be checked against the schema"}}
	}
	return sorted(explain(invalid, explanation{origin: from, schema: s}))
}

// Knows tells whether some document that satisfies the schema can have a value at the pointer, as far as property names tell.
func (s *Schema) Knows(jsonPointer string) bool {
	tokens, err := pointer(jsonPointer)
	if err != nil {
		return false
	}
	at := []*jsonschema.Schema{s.root}
	for _, token := range tokens {
		next := step(at, token)
		if len(next) == 0 {
			return open(at)
		}
		at = next
	}
	return true
}
