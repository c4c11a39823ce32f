package walkthrough

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Options are what a page is worked through with.
type Options struct {
	// Dir is the folder in which the reader's shell starts, and in which files are saved that have no path.
	Dir string
	// Env is the reader's environment, as key=value, beside that of the test.
	Env []string
	// Patience is how long one step may take; 5 minutes if it is zero.
	Patience time.Duration
	// Log gets commands and outputs as they come; nothing if it is nil.
	Log io.Writer
}

// Failure says which step of a page did not do what the page says.
type Failure struct {
	// File and Line of the step.
	File string
	Line int
	// Step and what it printed.
	Step   Step
	Output string
	// Err is what is wrong.
	Err error
}

// Error names the place, the command and the output.
func (f *Failure) Error() string {
	return fmt.Sprintf("%s:%d: %v\n$ %s\n%s", f.File, f.Line, f.Err, f.Step.Text, f.Output)
}

// Unwrap returns what is wrong.
func (f *Failure) Unwrap() error { return f.Err }

// Run works through the page in a shell of its own and ends at the first step that does not do what the page says; the error
// is a *Failure. What the steps started has ended when it returns.
func (p *Page) Run(ctx context.Context, o Options) error {
	if o.Patience == 0 {
		o.Patience = 5 * time.Minute
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	s, err := open(o.Dir, o.Env)
	if err != nil {
		return fmt.Errorf("working through %s: %w", p.File, err)
	}
	defer s.close()
	for _, step := range p.Steps {
		if output, err := s.take(ctx, step, o); err != nil {
			return &Failure{File: p.File, Line: step.Line, Step: step, Output: output, Err: err}
		}
	}
	return nil
}

// take does one step and judges what came of it.
func (s *shell) take(ctx context.Context, step Step, o Options) (output string, err error) {
	if step.SaveAs != "" {
		return s.save(ctx, step, o)
	}
	ctx, cancel := context.WithTimeout(ctx, o.Patience)
	defer cancel()
	fmt.Fprintf(o.Log, "$ %s\n", strings.ReplaceAll(step.Text, "\n", "\n> "))
	started := time.Now()
	output, code, err := s.run(ctx, step)
	fmt.Fprintf(o.Log, "%s[%.1fs]\n", output, time.Since(started).Seconds())
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return output, fmt.Errorf("it did not end within %s: %w", o.Patience, err)
	case err != nil:
		return output, err
	case step.Fails && code == 0:
		return output, errors.New("it should fail, and it did not")
	case !step.Fails && code != 0:
		return output, fmt.Errorf("exit code %d", code)
	}
	if line := missing(step.Shown, output); line != "" {
		return output, fmt.Errorf("the page shows this line, which is not in the output: %s", line)
	}
	return output, nil
}

// save writes a file where the shell is.
func (s *shell) save(ctx context.Context, step Step, o Options) (output string, err error) {
	dir, _, err := s.run(ctx, Step{Text: "pwd"})
	if err != nil {
		return dir, err
	}
	file := filepath.Join(strings.TrimSpace(dir), step.SaveAs)
	fmt.Fprintf(o.Log, "saved as %s\n", file)
	return "", os.WriteFile(file, []byte(step.Text), 0o600)
}
