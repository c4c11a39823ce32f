// Package phase says in one word where an object is on its way, from its generation and its conditions. Phases are what the
// status words of the REST dialects are made of; they are computed on every read and stored nowhere.
//
// The hub calls it for what it hands to the dialects. It never looks at anything but the object.
package phase
