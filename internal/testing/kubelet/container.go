package kubelet

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	firstBackoff, lastBackoff = 500 * time.Millisecond, 10 * time.Second
	// calm is how long a container has to run for its backoff to begin anew.
	calm = time.Minute
)

// containerState is what is known of one container.
type containerState struct {
	now, before corev1.ContainerState
	restarts    int32
	// started: the startup probe succeeded, or there is none; ready: the same of the readiness probe.
	started, ready bool
	log            string
}

// runContainer runs a container until it ends for good, and reports whether it succeeded.
func (p *pod) runContainer(spec *corev1.Container, policy corev1.RestartPolicy) bool {
	backoff := firstBackoff
	for {
		began := time.Now()
		code, err := p.runOnce(spec)
		if err != nil {
			p.waiting(spec.Name, "CreateContainerError", err.Error())
		}
		succeeded := err == nil && code == 0
		switch {
		case p.living.Err() != nil, policy == corev1.RestartPolicyNever && err == nil:
			return succeeded
		case succeeded && policy == corev1.RestartPolicyOnFailure:
			return true
		}
		if time.Since(began) > calm {
			backoff = firstBackoff
		}
		if err == nil {
			p.waiting(spec.Name, "CrashLoopBackOff", fmt.Sprintf("it ended with code %d and is started again", code))
		}
		if !pause(p.living, backoff) {
			return false
		}
		backoff = min(2*backoff, lastBackoff)
	}
}

// runOnce starts the container's process and returns its exit code when it has ended.
func (p *pod) runOnce(spec *corev1.Container) (int, error) {
	command, err := p.command(spec)
	if err != nil {
		return 0, err
	}
	log, err := p.openLog(spec)
	if err != nil {
		return 0, err
	}
	defer log.Close()
	command.Stdout, command.Stderr = log, log
	if err := p.kubelet.starter.start(p.kubelet.processes, command); err != nil {
		return 0, fmt.Errorf("starting %s: %w", command.Path, err)
	}
	began := metav1.Now()
	p.running(spec, began, log.Name())

	ended := make(chan struct{})
	go func() {
		_ = command.Wait() // the exit code says it
		close(ended)
	}()
	probing, stopProbing := context.WithCancel(p.living)
	unhealthy := p.probe(probing, spec)
	select {
	case <-ended:
	case <-p.living.Done():
		p.terminate(spec, command, ended)
	case <-unhealthy:
		p.terminate(spec, command, ended)
	}
	stopProbing()
	p.terminated(spec.Name, began, command.ProcessState)
	return exitCode(command.ProcessState), nil
}

// command is the process of a container.
func (p *pod) command(spec *corev1.Container) (*exec.Cmd, error) {
	image, err := p.kubelet.options.find(spec)
	if err != nil {
		return nil, err
	}
	dir, err := p.dir("work")
	if err != nil {
		return nil, err
	}
	environment, err := p.environment(p.living, spec, dir)
	if err != nil {
		return nil, err
	}
	arguments := slices.Clone(image.Arguments)
	if len(spec.Command) > 0 {
		arguments = append(arguments, spec.Command[1:]...)
	}
	arguments = append(arguments, spec.Args...)
	mounts := p.mounts(spec)
	for i := range arguments {
		arguments[i] = onOwnInterface(mounts.Replace(environment.expand(arguments[i])), p.address.local())
	}
	command := exec.Command(image.Program, arguments...)
	command.Dir, command.Env = dir, environment.list(mounts)
	return command, nil
}

// openLog makes the log of the next run.
func (p *pod) openLog(spec *corev1.Container) (*os.File, error) {
	dir, err := p.dir("logs")
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	restarts := p.state(spec.Name).restarts
	p.mu.Unlock()
	log, err := os.Create(filepath.Join(dir, fmt.Sprintf("%s-%d.log", spec.Name, restarts)))
	if err != nil {
		return nil, fmt.Errorf("making the log of container %s: %w", spec.Name, err)
	}
	return log, nil
}

// terminate ends a process as a kubelet does: it waits where the container asks for it, sends SIGTERM, and after the grace
// SIGKILL.
func (p *pod) terminate(spec *corev1.Container, command *exec.Cmd, ended <-chan struct{}) {
	grace := time.After(p.grace())
	if hook := spec.Lifecycle; hook != nil && hook.PreStop != nil && hook.PreStop.Sleep != nil {
		select {
		case <-time.After(time.Duration(hook.PreStop.Sleep.Seconds) * time.Second):
		case <-grace:
		case <-ended:
		}
	}
	_ = command.Process.Signal(syscall.SIGTERM) // an error means that it has ended
	select {
	case <-ended:
		return
	case <-grace:
	}
	_ = command.Process.Kill()
	<-ended
}

// exitCode is what the API calls one: 128 and the signal's number for a process that was ended by a signal.
func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}
