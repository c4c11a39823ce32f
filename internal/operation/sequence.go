package operation

import (
	"strconv"
	"strings"
)

// namePrefix begins the name of every Operation.
const namePrefix = "op-"

// Name returns the name of the Operation of that sequence. Whoever writes one takes the next number that it knows of; the API
// server, which lets a name be taken once, keeps the numbers of a namespace apart.
func Name(sequence int64) string { return namePrefix + strconv.FormatInt(sequence, 10) }

// Sequence returns the sequence of the Operation of that name, 0 if it is none.
func Sequence(name string) int64 {
	number, ok := strings.CutPrefix(name, namePrefix)
	if !ok {
		return 0
	}
	sequence, err := strconv.ParseInt(number, 10, 64)
	if err != nil || sequence < 1 || Name(sequence) != name {
		return 0
	}
	return sequence
}
