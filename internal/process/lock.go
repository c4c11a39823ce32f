package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

const lockPollEvery = 100 * time.Millisecond

// Lock takes an advisory lock on a file among all programs of this machine, waiting for it until ctx ends. The kernel
// gives it back when its holder ends, however it ends; children do not inherit it.
func Lock(ctx context.Context, file string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, fmt.Errorf("making a folder for a lock: %w", err)
	}
	handle, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening a lock: %w", err)
	}
	err = wait.PollUntilContextCancel(ctx, lockPollEvery, true, func(context.Context) (bool, error) {
		err := syscall.Flock(int(handle.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
			return false, nil
		}
		return err == nil, err
	})
	if err != nil {
		handle.Close()
		return nil, fmt.Errorf("locking %s, which another program holds: %w", file, err)
	}
	return func() { handle.Close() }, nil
}
