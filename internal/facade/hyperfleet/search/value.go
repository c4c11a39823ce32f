package search

import (
	"errors"
	"strconv"
	"time"
)

// parseString reads a value for a string.
func parseString(term Term, value Value) (string, error) {
	if value.Kind != String {
		return "", at(value.Position, "%s wants a string in quotes", clip(term.Field))
	}
	return value.Text, nil
}

// parseInstant reads a value for a time, quoted or bare.
func parseInstant(term Term, value Value) (time.Time, error) {
	if value.Kind == String || value.Kind == Time {
		if t, ok := parseTime(value.Text); ok {
			return t, nil
		}
	}
	return time.Time{}, at(value.Position, "%s wants an RFC 3339 time", clip(term.Field))
}

// parseInteger reads a value for a whole number, quoted or bare. What does not fit becomes the largest or smallest number there is,
// which no object has.
func parseInteger(term Term, value Value) (int64, error) {
	if value.Kind == String || value.Kind == Number {
		number, err := strconv.ParseInt(value.Text, 10, 64)
		if err == nil || errors.Is(err, strconv.ErrRange) {
			return number, nil
		}
	}
	return 0, at(value.Position, "%s wants an integer", clip(term.Field))
}
