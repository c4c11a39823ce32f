// Package signature verifies requests that their clients signed with an access key, by the algorithm SDK-HMAC-SHA256. What is
// signed, and how, is told in docs/rest/cce.md.
//
// internal/facade/tenancy calls it; internal/apiserver and internal/admission read keys with it. It is pure: the time, the key and the body are given to it. It never looks up a key and
// never reads a body, and it cannot notice that a request is sent again while its date is still good.
package signature
