//go:build !linux

package kubelet

import (
	"context"
	"errors"
	"os/exec"
)

// starter starts nothing elsewhere than on Linux.
type starter struct{}

func newStarter(context.Context) *starter { return &starter{} }

func (s *starter) start(context.Context, *exec.Cmd) error {
	return errors.New("pods run as processes on Linux only")
}
