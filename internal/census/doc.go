// Package census tells Prometheus how the objects of a kind stand, from the cache, whenever it is scraped: how many there are,
// and for how long they have been so. The controllers register one each. It keeps nothing in between, so that nothing goes
// stale; only the manager that leads tells it, so that sums over replicas are right; and it never writes.
package census
