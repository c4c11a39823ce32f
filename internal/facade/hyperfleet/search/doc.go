// Package search is the search language of the HyperFleet dialect: it parses an expression and gives its terms a meaning on
// typed fields. docs/rest/hyperfleet.md shows the language to its users, docs/design/010-search.md says why this is no library.
//
// The dialect calls it: it knows which fields there are and what to do with the result. This package knows neither HTTP nor
// objects. It is pure, takes time linear in the length of the expression, and never panics. Its errors say where something is
// wrong and quote nothing but the expression.
package search
