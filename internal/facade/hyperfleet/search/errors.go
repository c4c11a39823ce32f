package search

import "fmt"

// Error is what is wrong with an expression.
type Error struct {
	// Position is where: characters from 1.
	Position int
	// Message says what.
	Message string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("position %d: %s", e.Position, e.Message) }

// at makes an Error.
func at(position int, format string, args ...any) error {
	return &Error{Position: position, Message: fmt.Sprintf(format, args...)}
}

// clip shortens what is quoted of the expression.
func clip(text string) string {
	const most = 64
	for i := range text {
		if i >= most {
			return text[:i] + "…"
		}
	}
	return text
}
