// Package reply writes the answers of dialects: JSON as clients get it. Every dialect calls it; it knows none of them and
// decides nothing.
package reply
