package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// join writes an asset: the files of its module sources, in the order of the table, as one stream of YAML documents.
func (b builder) join(e entry, file string) error {
	var out bytes.Buffer
	for _, s := range e.files {
		dir, err := b.moduleDir(s)
		if err != nil {
			return err
		}
		for _, glob := range s.globs {
			if err := appendFiles(&out, filepath.Join(dir, filepath.FromSlash(glob))); err != nil {
				return fmt.Errorf("joining %s from %s: %w", e.name, s.module, err)
			}
		}
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", e.name, err)
	}
	return nil
}

// appendFiles appends every file that matches; none is an error, since a renamed file would otherwise go unnoticed.
func appendFiles(out *bytes.Buffer, glob string) error {
	matches, err := filepath.Glob(glob)
	if err != nil {
		return fmt.Errorf("the pattern %s: %w", glob, err)
	}
	for _, name := range matches {
		if base := filepath.Base(name); base == "kustomization.yaml" {
			continue
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("reading a source file: %w", err)
		}
		content = bytes.TrimPrefix(bytes.TrimSpace(content), []byte("---"))
		fmt.Fprintf(out, "---\n%s\n", bytes.TrimSpace(content))
	}
	if len(matches) == 0 {
		return fmt.Errorf("no file matches %s; correct the table in hack/tools/table.go", glob)
	}
	return nil
}

// moduleDir finds a module's source, downloading it when it is not in the module cache.
func (b builder) moduleDir(s source) (string, error) {
	modfile := "-modfile=" + filepath.Join("hack", "tools", s.mod+".mod")
	for range 2 {
		out, err := output(goCommand(b.root, "list", "-m", "-f", "{{.Dir}}", modfile, s.module))
		if err != nil {
			return "", fmt.Errorf("finding the source of %s: %w", s.module, err)
		}
		if dir := strings.TrimSpace(string(out)); dir != "" {
			return dir, nil
		}
		if _, err := output(goCommand(b.root, "mod", "download", modfile, s.module)); err != nil {
			return "", fmt.Errorf("downloading the source of %s: %w", s.module, err)
		}
	}
	return "", fmt.Errorf("the source of %s is not in the module cache even after downloading it", s.module)
}
