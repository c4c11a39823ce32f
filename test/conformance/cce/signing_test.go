package cce

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// The access key of the published vectors; the cases use keys of their own with the same secret.
const (
	vectorKey    = "SLIPWAYTESTKEY000001"
	vectorSecret = "slipway-test-secret"
	vectorDate   = "20260301T120000Z"
)

// signing is how a request is signed.
type signing struct {
	// Key is the access key, Secret what it is signed with; without it that of all keys.
	Key, Secret string
	// Headers are the names of the signed headers, besides x-sdk-date.
	Headers []string
	// Late is how far the date is from now.
	Late time.Duration
	// Date replaces the text of the date.
	Date string
	// Payload is the text of X-Sdk-Content-Sha256, hash for the right one; empty for none.
	Payload string
	// Algorithm replaces the name of the algorithm.
	Algorithm string
	// Then is done to the signed request: a method, path, query, header or body that is another one than the signed.
	Then struct {
		Method, Target, Body string
		Header               map[string]string
	}
	// Without leaves the date out of the signed headers.
	Without bool
	// Authorization replaces the header.
	Authorization string
}

// finish signs a request, if its step says so.
func finish(p *suite.Performance, s suite.Step, r *suite.Request) error {
	wish, wanted := s.Words["sign"]
	if !wanted {
		return nil
	}
	node, err := p.Node(&wish)
	if err != nil {
		return err
	}
	var how signing
	if err := node.Decode(&how); err != nil {
		return err
	}
	if how.Secret == "" {
		how.Secret = vectorSecret
	}
	if how.Date == "" {
		how.Date = time.Now().UTC().Add(how.Late).Format("20060102T150405Z")
	}
	how.sign(r)
	return nil
}

// sign signs a request, and then does to it what makes it another one.
func (how signing) sign(r *suite.Request) {
	if how.Date != "none" {
		r.Header.Set("X-Sdk-Date", how.Date)
	}
	names := slices.Clone(how.Headers)
	if !how.Without {
		names = append(names, "x-sdk-date")
	}
	payload := hexSum(r.Body)
	if how.Payload != "" {
		if how.Payload != "hash" {
			payload = how.Payload
		}
		r.Header.Set("X-Sdk-Content-Sha256", payload)
		names = append(names, "x-sdk-content-sha256")
	}
	slices.Sort(names)
	canonical := canonicalRequest(r, names, payload)
	mac := hmac.New(sha256.New, []byte(how.Secret))
	mac.Write([]byte("SDK-HMAC-SHA256\n" + how.Date + "\n" + hexSum([]byte(canonical))))
	algorithm := "SDK-HMAC-SHA256"
	if how.Algorithm != "" {
		algorithm = how.Algorithm
	}
	r.Header.Set("Authorization", algorithm+" Access="+how.Key+", SignedHeaders="+strings.Join(names, ";")+", Signature="+hex.EncodeToString(mac.Sum(nil)))
	how.alter(r)
}

// alter makes another request of one that is signed.
func (how signing) alter(r *suite.Request) {
	if how.Then.Method != "" {
		r.Method = how.Then.Method
	}
	if how.Then.Target != "" {
		r.Target = root + how.Then.Target
	}
	if how.Then.Body != "" {
		r.Body = []byte(how.Then.Body)
	}
	for name, value := range how.Then.Header {
		r.Header.Set(name, value)
	}
	if how.Authorization != "" {
		r.Header.Set("Authorization", how.Authorization)
	}
}

// canonicalRequest is what is signed. Escaping is Go's own here, which does the same for the paths and queries of the cases.
func canonicalRequest(r *suite.Request, names []string, payload string) string {
	path, query, _ := strings.Cut(r.Target, "?")
	if !strings.HasSuffix(path, "/") {
		path += "/"
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		panic(err)
	}
	for _, list := range values {
		slices.Sort(list)
	}
	var headers strings.Builder
	for _, name := range names {
		for _, value := range r.Header.Values(name) {
			headers.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
		}
	}
	return strings.Join([]string{r.Method, path, strings.ReplaceAll(values.Encode(), "+", "%20"), headers.String(), strings.Join(names, ";"), payload}, "\n")
}

func hexSum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// TestVectors holds that requests are signed here as the published vectors are.
func TestVectors(t *testing.T) {
	for want, row := range map[string]struct {
		how signing
		r   suite.Request
	}{
		"c72f3a35ad45a408af82605cb182b17031b4fb81fc4fd4cb2a062e1027c606bd": {
			signing{Headers: []string{"user-agent", "x-project-id"}},
			suite.Request{Method: http.MethodGet, Target: "/api/v3/addons?cluster_id=7fd16832-e9c1-11ea-a67b-0255ac10043d",
				Header: http.Header{"User-Agent": {"huaweicloud-usdk-go/3.0"}, "X-Project-Id": {"team-a"}}},
		},
		"3e6d55241324fa11818efc1d07fa60cdce3f3a0dab242f12393a34e05b4f7f91": {
			signing{},
			suite.Request{Method: http.MethodPost, Target: "/api/v3/addons/24b23108-55c0-11e9-926f-0255ac101a31/operation/rollback",
				Header: http.Header{}, Body: []byte("{\"clusterID\":\"7fd16832-e9c1-11ea-a67b-0255ac10043d\"}\n")},
		},
	} {
		row.how.Key, row.how.Secret, row.how.Date = vectorKey, vectorSecret, vectorDate
		row.how.sign(&row.r)
		if got := row.r.Header.Get("Authorization"); !strings.HasSuffix(got, "Signature="+want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
