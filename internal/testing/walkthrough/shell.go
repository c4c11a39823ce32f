package walkthrough

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// loop runs one file after the other in the same shell, so that what one sets the next one sees. Commands get nothing to read
// but what they are given, and neither of the two pipes.
const loop = `
set -o pipefail
while IFS= read -r step <&3; do
  source "$step" </dev/null >"$step.out" 2>&1 3<&- 4>&-
  echo $? >&4
done
`

// errEnded says that a step ended the shell, as a script does that fails.
var errEnded = errors.New("the shell ended")

// shell is a reader's shell: a bash that lasts for a page.
type shell struct {
	cmd     *exec.Cmd
	files   string // the folder of the steps and of what they print
	steps   io.WriteCloser
	answers io.Closer
	lines   *bufio.Reader // of answers
	count   int
}

// open starts a shell in a folder.
func open(dir string, env []string) (*shell, error) {
	files, err := os.MkdirTemp("", "slipway-walkthrough-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the steps: %w", err)
	}
	stepsOut, stepsIn, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("making a pipe: %w", err)
	}
	answersOut, answersIn, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("making a pipe: %w", err)
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-c", loop)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	cmd.ExtraFiles = []*os.File{stepsOut, answersIn}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting bash: %w", err)
	}
	return &shell{cmd: cmd, files: files, steps: stepsIn, answers: answersOut, lines: bufio.NewReader(answersOut)},
		errors.Join(stepsOut.Close(), answersIn.Close())
}

// run runs a command or a script. It returns what it printed, and its exit code; errEnded if it ended the shell.
func (s *shell) run(ctx context.Context, step Step) (output string, code int, err error) {
	s.count++
	file := filepath.Join(s.files, strconv.Itoa(s.count))
	text := step.Text + "\n"
	if step.Script {
		text = "set -e\n" + text + "set +e\n"
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return "", 0, fmt.Errorf("writing a step: %w", err)
	}
	// A step that does not end is ended together with all that it started.
	stop := context.AfterFunc(ctx, s.kill)
	defer stop()
	if _, err := fmt.Fprintln(s.steps, file); err != nil {
		return "", 0, errEnded
	}
	answer, readErr := s.lines.ReadString('\n')
	printed, err := os.ReadFile(file + ".out")
	switch {
	case ctx.Err() != nil:
		return string(printed), 0, ctx.Err()
	case readErr != nil:
		return string(printed), 0, errEnded
	case err != nil:
		return "", 0, fmt.Errorf("reading what a step printed: %w", err)
	}
	code, err = strconv.Atoi(strings.TrimSpace(answer))
	return string(printed), code, err
}

// kill ends the shell and what it started. The group has ended already if there is an error.
func (s *shell) kill() { _ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) }

// close ends the shell and removes its files.
func (s *shell) close() {
	_ = s.steps.Close()
	s.kill()
	_ = s.cmd.Wait()
	_ = s.answers.Close()
	_ = os.RemoveAll(s.files)
}
