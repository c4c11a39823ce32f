package kubelet

import (
	"context"
	"os/exec"
	"runtime"
	"syscall"
)

// starter starts processes that the kernel kills when this program ends, however it ends. The kernel watches the thread that
// started them and not the program: hence one goroutine that keeps its thread for as long as the kubelet lives.
type starter struct {
	requests chan startRequest
}

type startRequest struct {
	command *exec.Cmd
	done    chan error
}

func newStarter(ctx context.Context) *starter {
	s := &starter{requests: make(chan startRequest)}
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		for {
			select {
			case request := <-s.requests:
				request.done <- request.command.Start()
			case <-ctx.Done():
				return
			}
		}
	}()
	return s
}

// start starts a command. After the end of the starter's context it is refused.
func (s *starter) start(ctx context.Context, command *exec.Cmd) error {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	request := startRequest{command: command, done: make(chan error, 1)}
	select {
	case s.requests <- request:
		return <-request.done
	case <-ctx.Done():
		return ctx.Err()
	}
}
