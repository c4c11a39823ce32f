package walkthrough

import (
	"regexp"
	"strings"
)

const anything = "…"

var (
	spaces   = regexp.MustCompile(`\s+`)
	escapes  = regexp.MustCompile(`\x1b\[[0-9;]*[A-Za-z]`)
	suffixes = regexp.MustCompile(`-[bcdfghjklmnpqrstvwxz2456789]{4,10}\b`)
	numbers  = regexp.MustCompile(`[A-Za-z0-9_.:/+-]*[0-9][A-Za-z0-9_.:/+-]*`)
	unset    = regexp.MustCompile(`<(none|unknown|unset|pending|invalid)>`)
)

// missing is the first of the lines shown that the output does not have, in the order in which they are shown; empty if there
// is none.
func missing(shown []string, output string) string {
	rest := strings.Split(output, "\n")
	for i := range rest {
		rest[i] = plain(rest[i])
	}
	for _, line := range shown {
		wanted := pattern(line)
		if wanted == nil {
			continue
		}
		at := 0
		for at < len(rest) && !wanted.MatchString(rest[at]) {
			at++
		}
		if at == len(rest) {
			return line
		}
		rest = rest[at+1:]
	}
	return ""
}

// pattern is what an output line must match that a page shows; nil for a line that says nothing.
func pattern(line string) *regexp.Regexp {
	if strings.Trim(line, anything+" ") == "" {
		return nil
	}
	pieces := strings.Split(line, anything)
	for i, piece := range pieces {
		pieces[i] = regexp.QuoteMeta(plain(piece))
	}
	return regexp.MustCompile("^" + strings.Join(pieces, ".*") + "$")
}

// plain is a line without what differs from run to run: space, colours, numbers, and words that are made up.
func plain(line string) string {
	line = escapes.ReplaceAllString(line, "")
	line = unset.ReplaceAllString(line, "0")
	line = suffixes.ReplaceAllString(line, "-0")
	line = numbers.ReplaceAllString(line, "0")
	line = spaces.ReplaceAllString(strings.TrimSpace(line), " ")
	return strings.ReplaceAll(line, "[ ", "[")
}
