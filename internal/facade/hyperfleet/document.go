package hyperfleet

import (
	"bytes"
	_ "embed" // for the document
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	published "github.com/slipway-dev/slipway/internal/facade/document"
)

// openAPI is the OpenAPI document.
//
//go:embed openapi.yaml
var openAPI []byte

// Schemas of request bodies, by their names in the document.
const (
	schemaCluster     = "ClusterCreateRequest"
	schemaNodePool    = "NodePoolCreateRequest"
	schemaPatch       = "PatchRequest"
	schemaForceDelete = "ForceDeleteRequest"
	schemaReport      = "AdapterStatusCreateRequest"
)

// document is the OpenAPI document as served, and the schemas of bodies that it holds.
type document struct {
	json    []byte
	schemas map[string]*jsonschema.Schema
}

// documentURL names the document for the compiler of schemas. Nothing is ever loaded from it.
const (
	documentURL = "openapi://hyperfleet"
	schemasURL  = documentURL + "#/components/schemas/"
)

// readDocument reads an OpenAPI document.
func readDocument(text []byte) (document, error) {
	served, err := published.Served(text)
	if err != nil {
		return document{}, err
	}
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(served))
	if err != nil {
		return document{}, err
	}
	compiler, err := newCompiler(decoded)
	if err != nil {
		return document{}, err
	}
	made := document{json: served, schemas: map[string]*jsonschema.Schema{}}
	for _, name := range []string{schemaCluster, schemaNodePool, schemaPatch, schemaForceDelete, schemaReport} {
		schema, err := compiler.Compile(schemasURL + name)
		if err != nil {
			return document{}, fmt.Errorf("schema %s: %w", name, err)
		}
		made.schemas[name] = schema
	}
	return made, nil
}

// newCompiler returns a compiler of the schemas of a decoded document.
func newCompiler(decoded any) (*jsonschema.Compiler, error) {
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.UseLoader(refuseLoading{})
	compiler.AssertFormat()
	for name, check := range formats {
		compiler.RegisterFormat(&jsonschema.Format{Name: name, Validate: check})
	}
	return compiler, compiler.AddResource(documentURL, published.WithNull(decoded))
}

// refuseLoading is the loader of a compiler that must not load anything.
type refuseLoading struct{}

// Load implements jsonschema.URLLoader.
func (refuseLoading) Load(string) (any, error) {
	return nil, errors.New("references to other documents are not followed")
}

var (
	errNotInt32 = errors.New("is no 32-bit integer")
	errNotTime  = errors.New("is no time")
)

// formats are those of the document, read as the types of package wire read them. A value of another type is for the keyword
// "type" to judge.
var formats = map[string]func(any) error{
	"int32": func(value any) error {
		number, ok := value.(json.Number)
		if !ok {
			return nil
		}
		if _, err := strconv.ParseInt(number.String(), 10, 32); err != nil {
			return errNotInt32
		}
		return nil
	},
	"date-time": func(value any) error {
		text, ok := value.(string)
		if !ok {
			return nil
		}
		var at time.Time
		if err := at.UnmarshalText([]byte(text)); err != nil {
			return errNotTime
		}
		// In UTC the year may be another one, and times are kept with four digits of it.
		if year := at.UTC().Year(); year < 0 || year > maxYear {
			return errNotTime
		}
		return nil
	},
}

// maxYear is the last year that RFC 3339 can write.
const maxYear = 9999
