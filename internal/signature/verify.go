package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"
)

// MaxSkew is how far the date of a request may lie from the time, before or after it.
const MaxSkew = 15 * time.Minute

const (
	headerDate = "X-Sdk-Date"
	headerHash = "X-Sdk-Content-Sha256"
	nameDate   = "x-sdk-date"
	nameHash   = "x-sdk-content-sha256"

	dateLayout = "20060102T150405Z"
	// unsigned stands for the hash of no body.
	unsigned = "UNSIGNED-PAYLOAD"
)

// CheckDate refuses a request whose date is missing, given twice, not signed, malformed, or too far from the time. It needs no
// key, so it comes first.
func (a *Authorization) CheckDate(r Request, now time.Time) error {
	values := r.Header[headerDate]
	if len(values) != 1 || !a.signs(nameDate) {
		return errors.New("the header X-Sdk-Date must be given once and be signed")
	}
	// time.Parse takes fractions of a second that the layout has not.
	date, err := time.Parse(dateLayout, values[0])
	if err != nil || len(values[0]) != len(dateLayout) {
		return errors.New("the header X-Sdk-Date must be of the form YYYYMMDD'T'HHMMSS'Z'")
	}
	if now.Sub(date).Abs() > MaxSkew {
		return errors.New("the date of the request is too far from the server's time")
	}
	return nil
}

// Verify refuses a request that was not signed so with the key. It does not look at the date.
func (a *Authorization) Verify(r Request, body []byte, secretKey string) error {
	hash, err := a.bodyHash(r, body)
	if err != nil {
		return err
	}
	canonical, err := r.canonical(a.SignedHeaders, hash)
	if err != nil {
		return err
	}
	hashed := sha256.Sum256([]byte(canonical))
	date := ""
	if values := r.Header[headerDate]; len(values) == 1 {
		date = values[0]
	}
	mac := hmac.New(sha256.New, []byte(secretKey))
	mac.Write([]byte(Algorithm + "\n" + date + "\n" + hex.EncodeToString(hashed[:])))
	if !hmac.Equal(mac.Sum(nil), a.Signature[:]) {
		return errors.New("the signature is wrong")
	}
	return nil
}

// bodyHash returns the text that stands for the body in what is signed.
func (a *Authorization) bodyHash(r Request, body []byte) (string, error) {
	sum := sha256.Sum256(body)
	computed := hex.EncodeToString(sum[:])
	values, given := r.Header[headerHash]
	switch {
	case !given:
		return computed, nil
	case len(values) != 1 || !a.signs(nameHash):
		return "", errors.New("the header X-Sdk-Content-Sha256 must be given once and be signed")
	case values[0] == computed, values[0] == unsigned && len(body) == 0:
		return values[0], nil
	default:
		return "", errors.New("the body is not the one that was signed")
	}
}
