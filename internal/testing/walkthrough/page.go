package walkthrough

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Where says what the commands of a page run against.
type Where string

// Local is an environment of `make up`, Bare a bare control plane with Flux, helm and kubectl, Alert an environment of `make up`
// in which the alert fires that the page is about; a page of None has no commands.
const (
	Local Where = "local"
	Bare  Where = "bare"
	Alert Where = "alert"
	None  Where = "none"
)

// Page is one page of the documentation.
type Page struct {
	// File is its path, as it was read.
	File string
	// Where its commands run; empty if it does not say so, and then it has none.
	Where Where
	// Steps are what its reader does, from top to bottom.
	Steps []Step
}

// Step is one thing that the reader of a page does: run a command or a script, or save a file.
type Step struct {
	// Line of the page on which it begins, counted from 1.
	Line int
	// Text is the command, the script, or what the file holds.
	Text string
	// Shown are the lines that the page shows below a command.
	Shown []string
	// Fails tells that the command has to fail.
	Fails bool
	// Script tells that Text is a script, which ends at the first command that fails.
	Script bool
	// SaveAs is the name of the file; empty for commands and scripts.
	SaveAs string
}

// Markers stand within the first lines of a page.
const markerLines = 5

var marker = regexp.MustCompile(`^<!-- commands: (\w+) -->$`)

// Read reads one page. The error names every line that breaks the rules of the package comment.
func Read(file string) (*Page, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading a page: %w", err)
	}
	return Parse(file, string(text))
}

// Parse is Read of a page that is in memory.
func Parse(file, text string) (*Page, error) {
	page := &Page{File: file}
	lines := strings.Split(text, "\n")
	for _, line := range lines[:min(markerLines, len(lines))] {
		if found := marker.FindStringSubmatch(line); found != nil {
			page.Where = Where(found[1])
		}
	}
	somewhere := slices.Contains([]Where{Local, Bare, Alert}, page.Where)
	if !somewhere && page.Where != None && page.Where != "" {
		return nil, fmt.Errorf("%s: commands run %q: it must be local, bare, alert or none", file, page.Where)
	}
	found, err := blocks(lines)
	failures := []error{err}
	for _, block := range found {
		steps, err := block.steps()
		if err != nil {
			failures = append(failures, fmt.Errorf("line %d: %w", block.line, err))
		}
		page.Steps = append(page.Steps, steps...)
	}
	if len(page.Steps) > 0 && !somewhere {
		failures = append(failures, fmt.Errorf("line %d has a command: say within the first %d lines where it runs, <!-- commands: local --> or bare",
			page.Steps[0].Line, markerLines))
	}
	if len(page.Steps) == 0 && somewhere {
		failures = append(failures, fmt.Errorf("commands run %s, and there are none", page.Where))
	}
	if err := errors.Join(failures...); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return page, nil
}

// Files are the paths of the pages of a checkout: those in charts and docs, in the order of their names, then those at its root,
// of which the README takes apart what the others want to find.
func Files(root string) ([]string, error) {
	var files []string
	for _, folder := range []string{"charts", "docs"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, _ fs.DirEntry, err error) error {
			if err == nil && filepath.Ext(path) == ".md" {
				files = append(files, path)
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("looking for pages: %w", err)
		}
	}
	top, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		return nil, fmt.Errorf("looking for pages: %w", err)
	}
	return append(files, top...), nil
}

// Pages reads those pages of a checkout whose commands run in one place, in the order of Files.
func Pages(root string, where Where) ([]*Page, error) {
	files, err := Files(root)
	if err != nil {
		return nil, err
	}
	var pages []*Page
	var failures []error
	for _, file := range files {
		page, err := Read(file)
		switch {
		case err != nil:
			failures = append(failures, err)
		case page.Where == where:
			pages = append(pages, page)
		}
	}
	return pages, errors.Join(failures...)
}
