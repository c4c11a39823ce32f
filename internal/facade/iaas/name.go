package iaas

import (
	"fmt"
	"io"
	"strings"
)

const (
	// alphabet are the characters of which the end of a name is drawn.
	alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	// drawn is how many are drawn.
	drawn = 4
	// maxStem is how much of the template's name a name holds: names of Helm releases end at 53 characters.
	maxStem = 48
)

// drawName draws the name of a new add-on: jupyterhub-x7k2. A dot in the template's name becomes a hyphen, since no release could
// have that name. Every end is equally likely. Errors: a source of randomness that ends.
func drawName(template string, random io.Reader) (string, error) {
	stem := strings.ReplaceAll(template, ".", "-")
	name := []byte(stem[:min(len(stem), maxStem)] + "-")
	// Bytes at and above the greatest multiple would favour the characters in front.
	const fair = 256 - 256%len(alphabet)
	var room [1]byte
	for end := len(name) + drawn; len(name) < end; {
		if _, err := io.ReadFull(random, room[:]); err != nil {
			return "", fmt.Errorf("drawing a name: %w", err)
		}
		if int(room[0]) < fair {
			name = append(name, alphabet[int(room[0])%len(alphabet)])
		}
	}
	return string(name), nil
}
