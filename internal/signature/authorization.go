package signature

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Algorithm is the only one that is known, and the scheme of the header Authorization.
const Algorithm = "SDK-HMAC-SHA256"

// maxAccessKey is how long an access key may be; maxNames how long the list of signed headers.
const (
	maxAccessKey = 128
	maxNames     = 8 << 10
)

// Authorization is what a header Authorization says.
type Authorization struct {
	// AccessKey names the key.
	AccessKey string
	// SignedHeaders are the names of the headers that were signed: lower case, ascending, none twice.
	SignedHeaders []string
	// Signature is the signature.
	Signature [32]byte
}

// Signed tells whether the text of a header Authorization is one of ours, well-formed or not.
func Signed(authorization string) bool {
	scheme, _, _ := strings.Cut(authorization, " ")
	return scheme == Algorithm
}

// Parse reads the text of a header Authorization:
//
//	SDK-HMAC-SHA256 Access=<access key>, SignedHeaders=<name>;<name>, Signature=<64 hex digits>
//
// Errors: everything else. They quote nothing.
func Parse(authorization string) (*Authorization, error) {
	scheme, rest, _ := strings.Cut(authorization, " ")
	if scheme != Algorithm {
		return nil, errors.New("the algorithm is not " + Algorithm)
	}
	a := &Authorization{}
	parts := strings.Split(rest, ",")
	readers := []struct {
		key  string
		read func(string) error
	}{{"Access", a.readAccessKey}, {"SignedHeaders", a.readNames}, {"Signature", a.readSignature}}
	if len(parts) != len(readers) {
		return nil, errors.New("the header must consist of Access, SignedHeaders and Signature")
	}
	for i, reader := range readers {
		key, value, _ := strings.Cut(strings.Trim(parts[i], " "), "=")
		if key != reader.key {
			return nil, fmt.Errorf("part %d of the header must be %s", i+1, reader.key)
		}
		if err := reader.read(value); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// AccessKey tells whether a text can be an access key: up to 128 visible ASCII characters and no comma.
func AccessKey(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' || text[i] == ',' {
			return false
		}
	}
	return text != "" && len(text) <= maxAccessKey
}

func (a *Authorization) readAccessKey(text string) error {
	if !AccessKey(text) {
		return fmt.Errorf("the access key must be up to %d visible characters", maxAccessKey)
	}
	a.AccessKey = text
	return nil
}

func (a *Authorization) readNames(text string) error {
	if len(text) > maxNames {
		return errors.New("too many headers are signed")
	}
	a.SignedHeaders = strings.Split(text, ";")
	for i, name := range a.SignedHeaders {
		if !lowerToken(name) || i > 0 && a.SignedHeaders[i-1] >= name {
			return errors.New("the names of signed headers must be lower case and ascending")
		}
	}
	return nil
}

// lowerToken tells whether a text is a header's name in lower case.
func lowerToken(text string) bool {
	for i := range len(text) {
		c := text[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return text != ""
}

func (a *Authorization) readSignature(text string) error {
	wrong := errors.New("the signature must be 64 hex digits in lower case")
	if len(text) != hex.EncodedLen(len(a.Signature)) || strings.ContainsAny(text, "ABCDEF") {
		return wrong
	}
	if _, err := hex.Decode(a.Signature[:], []byte(text)); err != nil {
		return wrong
	}
	return nil
}

// signs tells whether a header is among those that were signed.
func (a *Authorization) signs(name string) bool {
	_, found := slices.BinarySearch(a.SignedHeaders, name)
	return found
}
