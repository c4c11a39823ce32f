package process

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// markVariable is the environment variable by which a child carries the path of its record.
const markVariable = "SLIPWAY_PROCESS_RECORD"

// Spec says what to start.
type Spec struct {
	// Name is the process's name in errors and tables.
	Name string
	// Path is the program; Args are its arguments, without the program's name.
	Path string
	Args []string
	// Env is added to the environment of the caller.
	Env []string
	// Dir is the working folder; empty means the caller's.
	Dir string
	// LogFile receives standard output and standard error; it is appended to.
	LogFile string
	// RecordFile is where the record lies; it names the process, so no two live processes may share one.
	RecordFile string
	// Inputs are files whose content the process depends on and reads only when it starts (its program, certificates,
	// configuration). They count in the fingerprint.
	Inputs []string
}

// Fingerprint changes when the process would have to be restarted to be as the spec says.
func (s Spec) Fingerprint() (string, error) {
	hash := sha256.New()
	fmt.Fprintf(hash, "%q %q %q %q\n", s.Path, s.Args, s.Env, s.Dir)
	for _, name := range s.Inputs {
		if err := hashFile(hash, name); err != nil {
			return "", fmt.Errorf("reading an input of %s: %w", s.Name, err)
		}
	}
	return hex.EncodeToString(hash.Sum(nil))[:16], nil
}

func hashFile(hash io.Writer, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(hash, file)
	return err
}

// Start starts the process and records it. It does not look whether one runs already: see Find.
func Start(spec Spec) (*Process, error) {
	fingerprint, err := spec.Fingerprint()
	if err != nil {
		return nil, err
	}
	record, err := filepath.Abs(spec.RecordFile)
	if err != nil {
		return nil, fmt.Errorf("resolving the record file of %s: %w", spec.Name, err)
	}
	for _, dir := range []string{filepath.Dir(record), filepath.Dir(spec.LogFile)} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("making a folder for %s: %w", spec.Name, err)
		}
	}
	log, err := os.OpenFile(spec.LogFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening the log of %s: %w", spec.Name, err)
	}
	defer log.Close()

	cmd := exec.Command(spec.Path, spec.Args...)
	cmd.Dir = spec.Dir
	cmd.Env = append(environment(), append(slices.Clone(spec.Env), markVariable+"="+record)...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", spec.Name, err)
	}
	started, err := startOf(cmd.Process.Pid)
	// Somebody must collect the child's exit status for as long as we live, or it stays a zombie.
	go func() { _ = cmd.Wait() }()
	if err != nil {
		return nil, fmt.Errorf("%s ended as soon as it was started; see its log %s: %w", spec.Name, spec.LogFile, err)
	}
	p := &Process{
		Name: spec.Name, PID: cmd.Process.Pid, Started: started,
		Command: append([]string{spec.Path}, spec.Args...), LogFile: spec.LogFile, Fingerprint: fingerprint, file: record,
	}
	if err := p.write(); err != nil {
		return nil, errors.Join(err, p.signal(syscall.SIGKILL))
	}
	return p, nil
}

// environment is the caller's own, without the mark that the caller itself may carry.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, markVariable+"=") })
}
