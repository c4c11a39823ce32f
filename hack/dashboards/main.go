package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "dashboards:", err)
		os.Exit(1)
	}
}

// run writes every dashboard into the folder that is named.
func run(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: go run ./hack/dashboards FOLDER")
	}
	for _, page := range pages {
		built, err := page.build()
		if err != nil {
			return fmt.Errorf("building %s: %w", page.name, err)
		}
		encoded, err := json.MarshalIndent(built, "", "  ")
		if err != nil {
			return fmt.Errorf("encoding %s: %w", page.name, err)
		}
		if err := os.WriteFile(filepath.Join(args[0], page.name+".json"), append(encoded, '\n'), 0o644); err != nil { //nolint:gosec // a file of the checkout
			return fmt.Errorf("writing %s: %w", page.name, err)
		}
	}
	return nil
}
