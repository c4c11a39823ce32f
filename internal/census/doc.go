// Package census counts the objects of a kind for Prometheus, from the cache, whenever it is scraped. The controllers
// register one each. It keeps no counts in between, so that none goes stale, and it never writes.
package census
