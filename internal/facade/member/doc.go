// Package member takes JSON objects apart without decoding them, so that what a client wrote goes out as it was written and large
// objects cost little.
//
// The dialects call it on text that was checked, or that they encoded themselves. It tells nothing about text that is
// no JSON.
package member
