// Package document reads the OpenAPI documents of dialects, for those that serve them or hold values against them. It knows no dialect.
package document
