package nks

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math/big"
	"slices"

	"github.com/slipway-dev/slipway/internal/facade/member"
)

// sort puts the indexes of items in order. Equal ones stay in the order of creation.
func (p paging) sort(items []item, indexes []int) {
	if len(p.order) == 1 && p.order[0] == (sorting{key: sortID}) {
		return
	}
	values := make([][]scalar, len(items))
	for i := range items {
		values[i] = p.values(i, items[i].encoded())
	}
	slices.SortStableFunc(indexes, func(a, b int) int {
		for k, by := range p.order {
			result := values[a][k].compare(values[b][k])
			if by.descending {
				result = -result
			}
			if result != 0 {
				return result
			}
		}
		return 0
	})
}

// values are what an item is sorted by.
func (p paging) values(position int, shown []byte) []scalar {
	values := make([]scalar, 0, len(p.order))
	for _, by := range p.order {
		if by.key == sortID {
			values = append(values, scalar{rank: rankNumber, number: new(big.Rat).SetInt64(int64(position))})
			continue
		}
		raw, _ := member.Find(shown, []string{by.key})
		values = append(values, scalarOf(raw))
	}
	return values
}

// scalar is a value that lists are sorted by. Null comes first, then false and true, numbers, strings.
type scalar struct {
	rank   int
	number *big.Rat
	text   string
}

const (
	rankNull = iota
	rankFalse
	rankTrue
	rankNumber
	rankText
)

// scalarOf reads a JSON value. What is no scalar counts as null.
func scalarOf(raw []byte) scalar {
	switch {
	case len(raw) == 0:
	case raw[0] == '"':
		var text string
		if json.Unmarshal(raw, &text) == nil {
			return scalar{rank: rankText, text: text}
		}
	case bytes.Equal(raw, []byte("true")):
		return scalar{rank: rankTrue}
	case bytes.Equal(raw, []byte("false")):
		return scalar{rank: rankFalse}
	default:
		if number, ok := new(big.Rat).SetString(string(raw)); ok {
			return scalar{rank: rankNumber, number: number}
		}
	}
	return scalar{}
}

// compare is negative if one comes before the other.
func (s scalar) compare(other scalar) int {
	if s.rank != other.rank || s.rank < rankNumber {
		return cmp.Compare(s.rank, other.rank)
	}
	if s.rank == rankNumber {
		return s.number.Cmp(other.number)
	}
	return cmp.Compare(s.text, other.text)
}
