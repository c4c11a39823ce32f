package cce

import (
	"cmp"
	"strings"

	"github.com/slipway-dev/slipway/internal/params"
)

// fieldParams is where params stand in the custom resource, fieldValues where they stand here.
const (
	fieldParams = "spec.params"
	fieldValues = "spec.values"
)

// renamed are members of the custom resource that have another name here.
var renamed = map[string]string{
	"spec.templateName": "spec.addonTemplateName",
	"spec.clusterName":  "spec.clusterID",
	"spec.valuesFrom":   fieldValues,
}

// isParam tells whether a path of the custom resource leads to params.
func isParam(field string) bool {
	_, found := below(field, fieldParams)
	return found
}

// fieldOf is a path of the custom resource in terms of the dialect: where in the request the value stands.
func (s sections) fieldOf(field string) string {
	if isParam(field) {
		return s.paramOf(field)
	}
	for theirs, ours := range renamed {
		if _, found := below(field, theirs); found {
			return ours
		}
	}
	return cmp.Or(field, "spec")
}

// paramOf is where in the request the value stands that is at a path below spec.params.
func (s sections) paramOf(field string) string {
	for _, in := range []string{sectionCustom, sectionBasic} {
		for name := range s.section(in) {
			if rest, found := below(field, params.Member(fieldParams, name)); found {
				return params.Member(fieldValues+"."+in, name) + rest
			}
		}
	}
	return fieldValues + strings.TrimPrefix(field, fieldParams)
}

// below cuts a path off another one that begins with it.
func below(field, path string) (rest string, found bool) {
	rest, found = strings.CutPrefix(field, path)
	return rest, found && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
