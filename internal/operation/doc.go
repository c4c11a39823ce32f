// Package operation says which records there have to be about an object, and what each has to say: which task a change of a spec
// is, which generation calls for a record, when a task ended, and how.
//
// controllers/operation calls it with an object as it was seen at some moment and the records there are. The hub calls it for the
// record of a forced deletion. It is pure: it has no client, context, clock or logger; the times it writes down are given to it.
package operation
