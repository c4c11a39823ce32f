package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// pattern is a compiled pattern of like or ilike: % is any run of characters, _ is one, \ escapes.
//
// A pattern without % is one piece that must match the whole text. Otherwise the first piece must begin it, the last piece must end
// it, and those between follow each other: taking each as early as possible is right, so nothing is ever tried again.
type pattern struct {
	pieces []piece
	fold   bool
}

// anyRune stands for _ in a piece: no character has its value.
const anyRune rune = -1

// piece is what stands between two %.
type piece struct {
	runes []rune
	// literal is the piece as text, where there is no _ in it.
	literal string
	exact   bool
	// masks tell for each character of the piece at which places it may stand, for the search of a piece with _.
	masks map[rune][]uint64
	// others are the places where any other character may stand.
	others []uint64
}

// compilePattern reads a pattern. ok is false if it ends with an escape that escapes nothing.
func compilePattern(text string, fold bool) (p pattern, ok bool) {
	p.fold = fold
	var runes []rune
	escaped := false
	for _, r := range text {
		switch {
		case escaped:
			runes, escaped = append(runes, foldRune(r, fold)), false
		case r == '\\':
			escaped = true
		case r == '%':
			p.pieces = append(p.pieces, newPiece(runes))
			runes = nil
		case r == '_':
			runes = append(runes, anyRune)
		default:
			runes = append(runes, foldRune(r, fold))
		}
	}
	p.pieces = append(p.pieces, newPiece(runes))
	return p, !escaped
}

// newPiece prepares a piece.
func newPiece(runes []rune) piece {
	made := piece{runes: runes, exact: true}
	var literal strings.Builder
	for _, r := range runes {
		if r == anyRune {
			made.exact = false
			break
		}
		literal.WriteRune(r)
	}
	if made.exact {
		made.literal = literal.String()
		return made
	}
	words := (len(runes) + 63) / 64
	made.masks, made.others = map[rune][]uint64{}, make([]uint64, words)
	for i, r := range runes {
		if r == anyRune {
			made.others[i/64] |= 1 << (i % 64)
		} else if made.masks[r] == nil {
			made.masks[r] = make([]uint64, words)
		}
	}
	for _, mask := range made.masks {
		copy(mask, made.others)
	}
	for i, r := range runes {
		if r != anyRune {
			made.masks[r][i/64] |= 1 << (i % 64)
		}
	}
	return made
}

// match tells whether the whole text matches.
func (p pattern) match(text string) bool {
	if p.fold {
		text = strings.Map(func(r rune) rune { return foldRune(r, true) }, text)
	}
	length := p.pieces[0].begins(text)
	if length < 0 {
		return false
	}
	if len(p.pieces) == 1 {
		return length == len(text)
	}
	text = text[length:]
	last := len(p.pieces) - 1
	for _, between := range p.pieces[1:last] {
		passed := between.findEnd(text)
		if passed < 0 {
			return false
		}
		text = text[passed:]
	}
	return p.pieces[last].ends(text)
}

// begins is how many bytes of the text the piece takes at its beginning, or -1 if it does not match there.
func (p *piece) begins(text string) int {
	if p.exact {
		if strings.HasPrefix(text, p.literal) {
			return len(p.literal)
		}
		return -1
	}
	taken := 0
	for _, want := range p.runes {
		r, size := utf8.DecodeRuneInString(text[taken:])
		if size == 0 || want != anyRune && want != r {
			return -1
		}
		taken += size
	}
	return taken
}

// ends tells whether the piece matches at the end of the text.
func (p *piece) ends(text string) bool {
	if p.exact {
		return strings.HasSuffix(text, p.literal)
	}
	for i := len(p.runes) - 1; i >= 0; i-- {
		r, size := utf8.DecodeLastRuneInString(text)
		if size == 0 || p.runes[i] != anyRune && p.runes[i] != r {
			return false
		}
		text = text[:len(text)-size]
	}
	return true
}

// findEnd is where the first match of the piece ends, or -1 if there is none.
func (p *piece) findEnd(text string) int {
	if p.exact {
		begin := strings.Index(text, p.literal)
		if begin < 0 {
			return -1
		}
		return begin + len(p.literal)
	}
	// All matches that have begun are followed at once, one bit each: bit i tells that the last i+1 characters are the first i+1 of
	// the piece. So a text costs the same whatever the piece.
	begun := make([]uint64, len(p.others))
	final := len(p.runes) - 1
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		mask, ok := p.masks[r]
		if !ok {
			mask = p.others
		}
		carry := uint64(1)
		for w := range begun {
			next := begun[w] >> 63
			begun[w] = (begun[w]<<1 | carry) & mask[w]
			carry = next
		}
		if begun[final/64]&(1<<(final%64)) != 0 {
			return i
		}
	}
	return -1
}

// foldRune is the representative of all characters that differ from this one only in case.
func foldRune(r rune, fold bool) rune {
	if !fold {
		return r
	}
	if r < utf8.RuneSelf {
		return unicode.ToLower(r)
	}
	// Some have relatives in ASCII, as the Kelvin sign has: those decide.
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	if least < utf8.RuneSelf {
		return unicode.ToLower(least)
	}
	return least
}
