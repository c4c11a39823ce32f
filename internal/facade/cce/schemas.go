package cce

import (
	_ "embed" // for the document
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/slipway-dev/slipway/internal/facade/document"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/params"
)

// openAPI is the OpenAPI document.
//
//go:embed openapi.yaml
var openAPI []byte

// Schemas of request bodies, by their names in the document.
const (
	schemaInstall  = "AddonInstallRequest"
	schemaUpgrade  = "AddonUpgradeRequest"
	schemaRollback = "AddonRollbackRequest"
)

// described is the OpenAPI document as served, and the schemas of bodies that it holds.
type described struct {
	served  []byte
	schemas map[string]*params.Schema
}

// describe reads an OpenAPI document.
func describe(text []byte) (described, error) {
	served, err := document.Served(text)
	if err != nil {
		return described{}, err
	}
	var whole struct {
		Components json.RawMessage `json:"components"`
	}
	if err := json.Unmarshal(served, &whole); err != nil {
		return described{}, err
	}
	made := described{served: served, schemas: map[string]*params.Schema{}}
	for _, name := range []string{schemaInstall, schemaUpgrade, schemaRollback} {
		// A schema that refers to the one of the document, which it has beside it.
		root := fmt.Sprintf(`{"$ref":"#/components/schemas/%s","components":%s}`, name, whole.Components)
		if made.schemas[name], err = params.CompileSchema([]byte(root)); err != nil {
			return described{}, fmt.Errorf("schema %s: %w", name, err)
		}
	}
	return made, nil
}

// getDocument answers with the OpenAPI document.
func (d *Dialect) getDocument(w http.ResponseWriter, _ *http.Request) {
	reply.JSON(w, http.StatusOK, d.described.served)
}
