package adapter

import "errors"

// Terminal marks an error as one that no repetition will cure: the report then says Stalled=True with its text. The adapter
// is still called once per heartbeat period, and at once when the target changes.
func Terminal(err error) error {
	if err == nil {
		return nil
	}
	return &terminalError{cause: err}
}

// IsTerminal tells whether an error, or one that it wraps, was marked by Terminal.
func IsTerminal(err error) bool {
	var terminal *terminalError
	return errors.As(err, &terminal)
}

type terminalError struct{ cause error }

func (e *terminalError) Error() string { return e.cause.Error() }

func (e *terminalError) Unwrap() error { return e.cause }
