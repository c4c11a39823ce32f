// Package fields reads the JSON bodies of NKS clients field by field and collects all that is wrong with them, so that a client is
// told everything at once (docs/rest/nks.md).
//
// Packages document and verb read bodies with it; the frame answers with its Error. Null counts as absent everywhere, and so does an
// empty string where a field is optional. It never reads the network, and never quotes a secret.
package fields
