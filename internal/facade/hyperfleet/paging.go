package hyperfleet

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
)

// Names of query parameters.
const (
	paramPage            = "page"
	paramPageSize        = "pageSize"
	paramSize            = "size"
	paramOrderBy         = "orderBy"
	paramOrder           = "order"
	paramFields          = "fields"
	paramSearch          = "search"
	paramResourceVersion = "resourceVersion"
)

const (
	defaultPageSize = 100
	// largestPageSize is the largest page size that clients may ask for, servedPageSize the largest that they get.
	largestPageSize = 65500
	servedPageSize  = 1000
)

// paging is which part of a list is wanted, and which members of its items.
type paging struct {
	page, size int
	fields     projection
}

// offset is how many items come before the page.
func (p paging) offset() int { return (p.page - 1) * p.size }

// parsePaging reads page, pageSize or its newer name size, and fields. Sizes above 1000 work as 1000. Errors: invalidFields, with
// all that is wrong.
func parsePaging(known members, values url.Values) (paging, error) {
	var faults invalidFields
	p := paging{page: 1, size: defaultPageSize}
	read := func(name string, largest int, into *int) {
		value, wrong := parseCount(name, values.Get(name), largest)
		if wrong != nil {
			faults = append(faults, *wrong)
			return
		}
		*into = value
	}
	if values.Has(paramPage) {
		read(paramPage, math.MaxInt32, &p.page)
	}
	switch {
	case values.Has(paramPageSize):
		read(paramPageSize, largestPageSize, &p.size)
	case values.Has(paramSize):
		read(paramSize, largestPageSize, &p.size)
	}
	p.size = min(p.size, servedPageSize)
	fields, wrong := parseFields(known, values)
	p.fields = fields
	if faults = append(faults, wrong...); len(faults) > 0 {
		return paging{}, faults
	}
	return p, nil
}

// parseCount reads a whole number from 1 to largest.
func parseCount(name, text string, largest int) (int, *fault) {
	digits := strings.TrimPrefix(text, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, &fault{Field: name, Constraint: "type", Message: "must be an integer", Value: text}
	}
	value, err := strconv.Atoi(text)
	switch {
	case strings.HasPrefix(text, "-") || err == nil && value < 1:
		return 0, &fault{Field: name, Constraint: "minimum", Message: "must be at least 1", Value: text}
	case err != nil || value > largest:
		return 0, &fault{Field: name, Constraint: "maximum", Message: fmt.Sprintf("must be at most %d", largest), Value: text}
	}
	return value, nil
}
