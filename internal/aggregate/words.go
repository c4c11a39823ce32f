package aggregate

import (
	"strings"
	"unicode/utf8"
)

// What the schema of a metav1.Condition allows. A report's condition allows more, since an adapter's words are its own.
const (
	maxReason  = 1024
	maxMessage = 32768
)

// fitReason turns an adapter's free words into a reason that a metav1.Condition can hold. A valid reason stays as it is;
// else what is not allowed goes, the words around it are joined in camel case, and a reason that does not begin with a
// letter gets a prefix. If nothing is left, the fallback is the reason.
func fitReason(words, fallback string) string {
	var b strings.Builder
	joint := false
	for _, r := range words {
		if !inReason(r) {
			joint = b.Len() > 0
			continue
		}
		c := byte(r)
		if joint && 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		joint = false
		b.WriteByte(c)
	}
	reason := strings.TrimRight(strings.TrimLeft(b.String(), "_,:"), ",:")
	if reason == "" {
		return fallback
	}
	if !isLetter(reason[0]) {
		reason = "Reason" + reason
	}
	if len(reason) > maxReason {
		reason = strings.TrimRight(reason[:maxReason], ",:")
	}
	return reason
}

func inReason(r rune) bool {
	return r < utf8.RuneSelf && (isLetter(byte(r)) || '0' <= r && r <= '9' || r == '_' || r == ',' || r == ':')
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// fitMessage cuts a message to what a metav1.Condition can hold. What is not UTF-8 is replaced here, since JSON would
// replace it on the way and the stored message would then differ for ever.
func fitMessage(message string) string {
	message = strings.ToValidUTF8(message, string(utf8.RuneError))
	if len(message) <= maxMessage {
		return message
	}
	count := 0
	for i := range message {
		if count == maxMessage {
			return message[:i]
		}
		count++
	}
	return message
}
