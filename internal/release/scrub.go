package release

import (
	"regexp"
	"strings"
)

// hidden stands where a value was.
const hidden = "(hidden)"

var (
	// badValue finds the value that an API server refuses. Text is quoted; everything else goes on to the end, since nothing
	// says where it stops.
	badText  = regexp.MustCompile(`\b(Invalid|Unsupported|Duplicate) value: ("(?:[^"\\]|\\.)*")`)
	badValue = regexp.MustCompile(`\b(Invalid|Unsupported|Duplicate) value: [^"(].*$`)
	// badPattern finds the value that a chart's own schema refuses.
	badPattern = regexp.MustCompile(`'(?:[^'\\]|\\.)*' (does not match|is not valid)`)
	// login finds user and password in an address.
	login = regexp.MustCompile(`://[^/\s@]+@`)
	// dump finds what looks like data or a document and not like words: base64 and long tokens.
	dump = regexp.MustCompile(`[A-Za-z0-9+/_-]{48,}={0,2}`)
	// digest finds what dump must leave alone.
	digest = regexp.MustCompile(`sha256:$`)
)

// Scrub makes one bounded line of a message of Flux, Helm or a cluster, without the values that such messages quote: they can
// come from Secrets. secrets are values that are known to be secret; they are hidden wherever they stand.
func Scrub(message string, secrets ...string) string {
	message = strings.Join(strings.Fields(message), " ")
	for _, secret := range secrets {
		if len(secret) >= shortestSecret {
			message = strings.ReplaceAll(message, secret, hidden)
		}
	}
	message = badText.ReplaceAllString(message, "$1 value: "+hidden)
	message = badValue.ReplaceAllString(message, "$1 value: "+hidden)
	message = badPattern.ReplaceAllString(message, hidden+" $1")
	message = login.ReplaceAllString(message, "://"+hidden+"@")
	return clip(hideDumps(message))
}

// shortestSecret is the length below which a secret is not looked for: "1" and "true" stand in every other message.
const shortestSecret = 4

func hideDumps(message string) string {
	var out strings.Builder
	rest := 0
	for _, at := range dump.FindAllStringIndex(message, -1) {
		if digest.MatchString(message[rest:at[0]]) {
			continue
		}
		out.WriteString(message[rest:at[0]])
		out.WriteString(hidden)
		rest = at[1]
	}
	out.WriteString(message[rest:])
	return out.String()
}

// maxMessage bounds what is taken over of a message of Flux: Helm's errors can hold whole manifests.
const maxMessage = 1024

func clip(message string) string {
	runes := []rune(message)
	if len(runes) <= maxMessage {
		return message
	}
	return string(runes[:maxMessage-1]) + "…"
}
