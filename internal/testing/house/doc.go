// Package house holds tests of the checkout itself: what every package, page and manifest of the project has in common.
// `make test` runs them. Nothing imports it, and it never looks at what code does.
package house
