// Package tasks holds the mark by which the one task is known that may run on a Cluster: how it is written into an annotation,
// read back, and compared with the objects to tell whether the task still runs. The table is in
// docs/design/015-one-task-at-a-time.md.
//
// The hub calls it before it lets a task of a REST client begin. It is pure: it has no client, context, clock or logger.
package tasks
