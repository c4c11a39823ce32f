package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	out := flag.String("out", "", "folder to write the schemas to")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "Usage: go run ./hack/schemas --out <folder> <folder of CRDs>\n\nFlags:\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	if *out == "" || flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *out); err != nil {
		fmt.Fprintln(os.Stderr, "schemas:", err)
		os.Exit(1)
	}
}

// run writes the schemas of every CRD in a folder.
func run(in, out string) error {
	files, err := filepath.Glob(filepath.Join(in, "*.yaml"))
	if err != nil {
		return fmt.Errorf("looking for CRDs: %w", err)
	}
	if len(files) == 0 {
		return fmt.Errorf("no CRDs in %s; run make generate", in)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading a CRD: %w", err)
		}
		var crd apiextensionsv1.CustomResourceDefinition
		if err := yaml.Unmarshal(content, &crd); err != nil {
			return fmt.Errorf("parsing %s: %w", file, err)
		}
		for _, version := range crd.Spec.Versions {
			name := strings.ToLower(crd.Spec.Names.Kind) + "_" + version.Name + ".json"
			if err := write(version.Schema.OpenAPIV3Schema, filepath.Join(out, name)); err != nil {
				return fmt.Errorf("the schema of %s: %w", crd.Spec.Names.Kind, err)
			}
		}
	}
	return nil
}

// write turns an OpenAPI schema into a JSON schema, which differ in what is said of unknown fields and of null.
func write(schema *apiextensionsv1.JSONSchemaProps, file string) error {
	encoded, err := json.Marshal(schema)
	if err != nil {
		return err
	}
	var tree map[string]any
	if err := json.Unmarshal(encoded, &tree); err != nil {
		return err
	}
	properties, _ := tree["properties"].(map[string]any)
	for _, property := range properties {
		closeObjects(property)
	}
	// The API server knows the fields of metadata; CRDs only name it.
	properties["metadata"] = map[string]any{"type": "object"}
	encoded, err = json.MarshalIndent(tree, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, encoded, 0o644)
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
