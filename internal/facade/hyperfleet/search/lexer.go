package search

import (
	"strings"
	"unicode/utf8"
)

// kind is the kind of a token.
type kind string

// The kinds of tokens.
const (
	end     kind = "the end"
	word    kind = "a word"
	quoted  kind = "a string"
	number  kind = "a number"
	instant kind = "a time"
	symbol  kind = "a symbol"
)

// token is the smallest part of an expression.
type token struct {
	kind kind
	// text is the content of a string, else the token as written.
	text     string
	position int
}

// is tells whether the token is a keyword, in any case.
func (t token) is(keyword string) bool { return t.kind == word && strings.EqualFold(t.text, keyword) }

// isSymbol tells whether the token is the symbol.
func (t token) isSymbol(text string) bool { return t.kind == symbol && t.text == text }

// Letters of tokens.
const (
	alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	digits   = "0123456789"
	// wordLetters are those of fields: a label's key may hold all of them.
	wordLetters = alphabet + digits + "._/-"
	// figures are those of numbers and times.
	figures = alphabet + digits + "_.:+-"
)

// symbols are the tokens of signs, longer ones before those that they begin with.
var symbols = []string{"<=", ">=", "<>", "!=", "=", "<", ">", "(", ")", "[", "]", ","}

// lexer cuts an expression into tokens.
type lexer struct {
	rest string
	// position is where rest begins: characters from 1.
	position int
}

// next returns the next token.
func (l *lexer) next() (token, error) {
	l.take(leading(l.rest, " \t\r\n\f\v"))
	if l.rest == "" {
		return token{kind: end, position: l.position}, nil
	}
	switch first := l.rest[0]; {
	case first == '\'':
		return l.quoted()
	case strings.IndexByte(alphabet+"_", first) >= 0:
		return l.token(word, leading(l.rest, wordLetters)), nil
	case startsNumber(l.rest):
		return l.figure()
	}
	if strings.HasPrefix(l.rest, "~") {
		return token{}, at(l.position, "regular expressions are not supported")
	}
	for _, text := range symbols {
		if strings.HasPrefix(l.rest, text) {
			return l.token(symbol, len(text)), nil
		}
	}
	return token{}, at(l.position, "nothing can begin with this character")
}

// token takes a token of some bytes.
func (l *lexer) token(k kind, length int) token {
	t := token{kind: k, position: l.position}
	t.text = l.take(length)
	return t
}

// take takes some bytes.
func (l *lexer) take(length int) string {
	taken := l.rest[:length]
	l.rest = l.rest[length:]
	l.position += utf8.RuneCountInString(taken)
	return taken
}

// quoted takes a string. A quote inside is doubled.
func (l *lexer) quoted() (token, error) {
	t := token{kind: quoted, position: l.position}
	var content strings.Builder
	l.take(1)
	for {
		length := strings.IndexByte(l.rest, '\'')
		if length < 0 {
			return token{}, at(t.position, "this string has no end")
		}
		content.WriteString(l.take(length))
		l.take(1)
		if !strings.HasPrefix(l.rest, "'") {
			t.text = content.String()
			return t, nil
		}
		content.WriteString(l.take(1))
	}
}

// figure takes a number or a time.
func (l *lexer) figure() (token, error) {
	length := leading(l.rest, figures)
	switch text := l.rest[:length]; {
	case isNumber(text):
		return l.token(number, length), nil
	case isTime(text):
		return l.token(instant, length), nil
	default:
		return token{}, at(l.position, "this is neither a number nor an RFC 3339 time")
	}
}

// startsNumber tells whether a text begins with a digit, or with a sign and a digit.
func startsNumber(text string) bool {
	if text[0] == '+' || text[0] == '-' {
		text = text[1:]
	}
	return text != "" && '0' <= text[0] && text[0] <= '9'
}

// leading is how many bytes at the beginning of a text are among the letters.
func leading(text, letters string) int {
	for i := range len(text) {
		if strings.IndexByte(letters, text[i]) < 0 {
			return i
		}
	}
	return len(text)
}
