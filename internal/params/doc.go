// Package params decides about free-form settings: whether a JSON document is well formed, whether it satisfies a JSON
// schema, which of its values are secret, what a catalogue tells about it, and where its settings go in a chart's values.
//
// The admission webhook, the add-on controller, the hub behind the REST dialects and, for Cluster and NodePool parameters, the
// controllers of those kinds call the same functions, so that a document that was admitted is never refused later for another
// reason. It never reads a cluster, never follows a schema reference to another document, and never quotes a value that the
// schema calls writeOnly or that comes from an object that a reference names.
package params
