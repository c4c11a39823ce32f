package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"
)

func main() {
	out := flag.String("out", "", "folder to write the schemas to")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "Usage: go run ./hack/schemas --out <folder> <file of CRDs or OpenAPI documents>…\n\nFlags:\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	if *out == "" || flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Args(), *out); err != nil {
		fmt.Fprintln(os.Stderr, "schemas:", err)
		os.Exit(1)
	}
}

// run writes the schemas of every document in the files.
func run(files []string, out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("making the folder of schemas: %w", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading documents: %w", err)
		}
		documents := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
		for {
			var document json.RawMessage
			err := documents.Decode(&document)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return fmt.Errorf("parsing %s: %w", file, err)
			}
			if err := convert(document, out); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	return nil
}

// convert writes the schemas of one document: of a CRD, or of an OpenAPI document. Others have none.
func convert(document []byte, out string) error {
	var kind struct {
		Kind    string `json:"kind"`
		OpenAPI string `json:"openapi"`
	}
	if err := json.Unmarshal(document, &kind); err != nil {
		return fmt.Errorf("parsing a document: %w", err)
	}
	switch {
	case kind.OpenAPI != "":
		return convertOpenAPI(document, out)
	case kind.Kind == "CustomResourceDefinition":
		var crd apiextensionsv1.CustomResourceDefinition
		if err := json.Unmarshal(document, &crd); err != nil {
			return fmt.Errorf("parsing a CRD: %w", err)
		}
		return convertCRD(&crd, out)
	}
	return nil
}

// write puts a schema where kubeconform looks for it: --schema-location "<folder>/{{.Group}}_{{.ResourceKind}}_{{.ResourceAPIVersion}}.json".
// Where there is no group, kubeconform says the version.
func write(tree any, kind schema.GroupVersionKind, out string) error {
	group := kind.Group
	if group == "" {
		group = kind.Version
	}
	encoded, err := json.Marshal(tree)
	if err != nil {
		return fmt.Errorf("encoding the schema of %s: %w", kind.Kind, err)
	}
	return os.WriteFile(filepath.Join(out, group+"_"+strings.ToLower(kind.Kind)+"_"+kind.Version+".json"), encoded, 0o644)
}

// closeObjects refuses unknown fields in every object that lists its own.
func closeObjects(node any) {
	switch node := node.(type) {
	case []any:
		for _, item := range node {
			closeObjects(item)
		}
	case map[string]any:
		for _, child := range node {
			closeObjects(child)
		}
		_, lists := node["properties"].(map[string]any)
		_, more := node["additionalProperties"]
		if lists && !more && node["type"] == "object" && node["x-kubernetes-preserve-unknown-fields"] != true {
			node["additionalProperties"] = false
		}
	}
}
