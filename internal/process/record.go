package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Process is a recorded process, which may have ended meanwhile.
type Process struct {
	Name string `json:"name"`
	PID  int    `json:"pid"`
	// Started is the kernel's word for when the process began; with the id it names a process for good.
	Started string   `json:"started"`
	Command []string `json:"command,omitempty"`
	LogFile string   `json:"logFile,omitempty"`
	// Fingerprint is that of the Spec it was started from. It is empty for a process that was found by its mark because
	// its starter was killed before it could write the record: such a process never matches a Spec.
	Fingerprint string `json:"fingerprint,omitempty"`

	file string // the record file
}

// Find returns the live process of a record file, or nil when there is none. A process whose starter was killed before it
// could write the record is found too.
func Find(recordFile string) (*Process, error) {
	file, err := filepath.Abs(recordFile)
	if err != nil {
		return nil, fmt.Errorf("resolving a record file: %w", err)
	}
	p, err := read(file)
	if err != nil {
		return nil, err
	}
	if p != nil && p.Alive() {
		return p, nil
	}
	marked, err := scan(func(record string) bool { return record == file })
	if err != nil || len(marked) == 0 {
		return nil, err
	}
	return marked[0], nil
}

// FindUnder returns every live process whose record lies, or would lie, in dir or below it.
func FindUnder(dir string) ([]*Process, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("resolving a folder: %w", err)
	}
	return scan(func(record string) bool { return strings.HasPrefix(record, dir+string(filepath.Separator)) })
}

// RecordFile is where the process is recorded.
func (p *Process) RecordFile() string { return p.file }

// read reads a record file; nil means that there is none or that it holds no record.
func read(file string) (*Process, error) {
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading a process record: %w", err)
	}
	// Records appear by rename, so what cannot be decoded is not ours. The mark still finds a process that runs.
	p, ok := decode(content)
	if !ok {
		return nil, nil
	}
	p.file = file
	return p, nil
}

func decode(content []byte) (*Process, bool) {
	p := &Process{}
	err := json.Unmarshal(content, p)
	return p, err == nil && p.PID > 1 && p.Started != ""
}

// write puts the record in place in one step, so that a reader never sees half of it.
func (p *Process) write() error {
	content, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the record of %s: %w", p.Name, err)
	}
	temporary := p.file + ".new"
	if err := os.WriteFile(temporary, append(content, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing the record of %s: %w", p.Name, err)
	}
	if err := os.Rename(temporary, p.file); err != nil {
		return fmt.Errorf("writing the record of %s: %w", p.Name, err)
	}
	return nil
}
