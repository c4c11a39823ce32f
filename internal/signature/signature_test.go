package signature_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/signature"
)

// The published test vectors: docs/rest/cce.md.
const (
	accessKey = "SLIPWAYTESTKEY000001"
	secretKey = "slipway-test-secret"
	date      = "20260301T120000Z"

	listSignature     = "c72f3a35ad45a408af82605cb182b17031b4fb81fc4fd4cb2a062e1027c606bd"
	rollbackSignature = "3e6d55241324fa11818efc1d07fa60cdce3f3a0dab242f12393a34e05b4f7f91"
	rollbackBody      = `{"clusterID":"7fd16832-e9c1-11ea-a67b-0255ac10043d"}` + "\n"
	rollbackHash      = "370ddc403b773682557b08631aeb7f865e2211a4befe834e04dfded952764fa0"
)

func list() signature.Request {
	return signature.Request{
		Method: "GET", Path: "/api/v3/addons", Query: "cluster_id=7fd16832-e9c1-11ea-a67b-0255ac10043d", Host: "cce.example",
		Header: http.Header{"X-Project-Id": {"team-a"}, "User-Agent": {"huaweicloud-usdk-go/3.0"}, "X-Sdk-Date": {date}},
	}
}

func rollback() signature.Request {
	return signature.Request{
		Method: "POST", Path: "/api/v3/addons/24b23108-55c0-11e9-926f-0255ac101a31/operation/rollback",
		Header: http.Header{"X-Sdk-Date": {date}},
	}
}

func authorization(names, sign string) string {
	return "SDK-HMAC-SHA256 Access=" + accessKey + ", SignedHeaders=" + names + ", Signature=" + sign
}

// verify does what a server does.
func verify(t testing.TB, header string, r signature.Request, body string, now time.Time) error {
	t.Helper()
	a, err := signature.Parse(header)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.CheckDate(r, now); err != nil {
		return err
	}
	return a.Verify(r, []byte(body), secretKey)
}

func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func TestPublishedVectors(t *testing.T) {
	for name, test := range map[string]struct {
		request           signature.Request
		names, sign, body string
	}{
		"a list":     {list(), "user-agent;x-project-id;x-sdk-date", listSignature, ""},
		"a rollback": {rollback(), "x-sdk-date", rollbackSignature, rollbackBody},
	} {
		t.Run(name, func(t *testing.T) {
			if err := verify(t, authorization(test.names, test.sign), test.request, test.body, noon()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestWhatWasAlteredIsRefused changes one thing at a time of a request that is good.
func TestWhatWasAlteredIsRefused(t *testing.T) {
	for name, change := range map[string]func(*signature.Request, *string){
		"the method": func(r *signature.Request, _ *string) { r.Method = "PUT" },
		"the path":   func(r *signature.Request, _ *string) { r.Path += "s" },
		"a slash in the path": func(r *signature.Request, _ *string) {
			r.Path = strings.Replace(r.Path, "/operation", "//operation", 1)
		},
		"a slash that is hidden": func(r *signature.Request, _ *string) {
			r.Path = strings.Replace(r.Path, "/operation", "%2Foperation", 1)
		},
		"the query":           func(r *signature.Request, _ *string) { r.Query = "cluster_id=x" },
		"the body":            func(_ *signature.Request, body *string) { *body = strings.Replace(*body, "7", "8", 1) },
		"the end of the body": func(_ *signature.Request, body *string) { *body = strings.TrimSpace(*body) },
		"a body that is gone": func(_ *signature.Request, body *string) { *body = "" },
		"the date":            func(r *signature.Request, _ *string) { r.Header.Set("X-Sdk-Date", "20260301T120001Z") },
		"a hash that is not signed": func(r *signature.Request, _ *string) {
			r.Header.Set("X-Sdk-Content-Sha256", rollbackHash)
		},
		"a path that cannot be read":  func(r *signature.Request, _ *string) { r.Path += "%zz" },
		"a query that cannot be read": func(r *signature.Request, _ *string) { r.Query = "a=%" },
	} {
		t.Run(name, func(t *testing.T) {
			r, body := rollback(), rollbackBody
			change(&r, &body)
			if err := verify(t, authorization("x-sdk-date", rollbackSignature), r, body, noon()); err == nil {
				t.Error("it was accepted")
			}
		})
	}
}

func TestSignedHeaders(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*signature.Request)
		good   bool
	}{
		"as signed":                     {func(*signature.Request) {}, true},
		"blanks around a value":         {func(r *signature.Request) { r.Header.Set("X-Project-Id", "  team-a\t") }, true},
		"a header that is not signed":   {func(r *signature.Request) { r.Header.Set("Content-Type", "x") }, true},
		"another host, not signed":      {func(r *signature.Request) { r.Host = "other" }, true},
		"another escape of the path":    {func(r *signature.Request) { r.Path = "/api/v3/%61ddons" }, true},
		"a trailing slash":              {func(r *signature.Request) { r.Path += "/" }, true},
		"another escape of the query":   {func(r *signature.Request) { r.Query = strings.Replace(r.Query, "cluster_id", "cluster%5Fid", 1) }, true},
		"an empty pair in the query":    {func(r *signature.Request) { r.Query += "&&" }, true},
		"another value":                 {func(r *signature.Request) { r.Header.Set("X-Project-Id", "team-b") }, false},
		"a second value":                {func(r *signature.Request) { r.Header.Add("X-Project-Id", "team-a") }, false},
		"a value that is gone":          {func(r *signature.Request) { r.Header.Del("X-Project-Id") }, false},
		"a pair more in the query":      {func(r *signature.Request) { r.Query += "&x=" }, false},
		"a second date":                 {func(r *signature.Request) { r.Header.Add("X-Sdk-Date", date) }, false},
		"a date with blanks around":     {func(r *signature.Request) { r.Header.Set("X-Sdk-Date", " "+date) }, false},
		"a date with parts of a second": {func(r *signature.Request) { r.Header.Set("X-Sdk-Date", "20260301T120000.0Z") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := list()
			test.change(&r)
			err := verify(t, authorization("user-agent;x-project-id;x-sdk-date", listSignature), r, "", noon())
			if (err == nil) != test.good {
				t.Errorf("accepted is %t: %v", err == nil, err)
			}
		})
	}
}

func TestTheDateMustBeNear(t *testing.T) {
	for name, test := range map[string]struct {
		after time.Duration
		good  bool
	}{
		"now":            {0, true},
		"a quarter past": {15 * time.Minute, true},
		"a quarter to":   {-15 * time.Minute, true},
		"later":          {15*time.Minute + time.Second, false},
		"earlier":        {-15*time.Minute - time.Second, false},
		"a year later":   {365 * 24 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := signature.Parse(authorization("x-sdk-date", rollbackSignature))
			if err != nil {
				t.Fatal(err)
			}
			if err := a.CheckDate(rollback(), noon().Add(test.after)); (err == nil) != test.good {
				t.Errorf("accepted is %t: %v", err == nil, err)
			}
		})
	}
	t.Run("not signed", func(t *testing.T) {
		a, err := signature.Parse(authorization("host", rollbackSignature))
		if err != nil {
			t.Fatal(err)
		}
		if a.CheckDate(rollback(), noon()) == nil {
			t.Error("it was accepted")
		}
	})
}

// sign signs a canonical request that the test wrote itself.
func sign(canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(secretKey))
	mac.Write([]byte("SDK-HMAC-SHA256\n" + date + "\n" + hex.EncodeToString(sum[:])))
	return hex.EncodeToString(mac.Sum(nil))
}

// TestWhatIsSigned holds the text that is signed, in the cases that the published vectors have not.
func TestWhatIsSigned(t *testing.T) {
	none := sha256.Sum256(nil)
	noBody := hex.EncodeToString(none[:])
	dated := func(more http.Header) http.Header {
		more.Set("X-Sdk-Date", date)
		return more
	}
	for name, test := range map[string]struct {
		request                signature.Request
		names, canonical, body string
	}{
		"no query, no body": {
			request: signature.Request{Method: "get", Path: "/", Header: dated(http.Header{})},
			names:   "x-sdk-date", canonical: "GET\n/\n\nx-sdk-date:" + date + "\n\nx-sdk-date\n" + noBody,
		},
		"a path with signs": {
			request: signature.Request{Method: "GET", Path: "/a%20b/c+d/e%2ff/~x", Header: dated(http.Header{})},
			names:   "x-sdk-date", canonical: "GET\n/a%20b/c%2Bd/e%2Ff/~x/\n\nx-sdk-date:" + date + "\n\nx-sdk-date\n" + noBody,
		},
		"a query out of order": {
			request: signature.Request{Method: "GET", Path: "/x", Query: "b=2&a=z&b=1&c&a=%c3%a4+%2f&b-=0", Header: dated(http.Header{})},
			names:   "x-sdk-date", canonical: "GET\n/x/\na=z&a=%C3%A4%20%2F&b=1&b=2&b-=0&c=\nx-sdk-date:" + date + "\n\nx-sdk-date\n" + noBody,
		},
		"the host and many values": {
			request: signature.Request{Method: "GET", Path: "/x", Host: "c.example:8443", Header: dated(http.Header{"X-Many": {"b", " a "}})},
			names:   "host;x-many;x-sdk-date", canonical: "GET\n/x/\n\nhost:c.example:8443\nx-many:a\nx-many:b\nx-sdk-date:" + date + "\n\nhost;x-many;x-sdk-date\n" + noBody,
		},
		"a hash of the body": {
			request: signature.Request{Method: "POST", Path: "/x", Header: dated(http.Header{"X-Sdk-Content-Sha256": {rollbackHash}})},
			names:   "x-sdk-content-sha256;x-sdk-date", body: rollbackBody,
			canonical: "POST\n/x/\n\nx-sdk-content-sha256:" + rollbackHash + "\nx-sdk-date:" + date + "\n\nx-sdk-content-sha256;x-sdk-date\n" + rollbackHash,
		},
		"no body, and none signed": {
			request: signature.Request{Method: "GET", Path: "/x", Header: dated(http.Header{"X-Sdk-Content-Sha256": {"UNSIGNED-PAYLOAD"}})},
			names:   "x-sdk-content-sha256;x-sdk-date", canonical: "GET\n/x/\n\nx-sdk-content-sha256:UNSIGNED-PAYLOAD\nx-sdk-date:" + date + "\n\nx-sdk-content-sha256;x-sdk-date\nUNSIGNED-PAYLOAD",
		},
	} {
		t.Run(name, func(t *testing.T) {
			header := authorization(test.names, sign(test.canonical))
			if err := verify(t, header, test.request, test.body, noon()); err != nil {
				t.Error(err)
			}
			if values := test.request.Header["X-Sdk-Content-Sha256"]; values != nil {
				if verify(t, header, test.request, test.body+"x", noon()) == nil {
					t.Error("another body was accepted")
				}
			}
			a, err := signature.Parse(header)
			if err != nil {
				t.Fatal(err)
			}
			if a.Verify(test.request, []byte(test.body), secretKey+"x") == nil {
				t.Error("another key was accepted")
			}
		})
	}
}

func TestParse(t *testing.T) {
	a, err := signature.Parse(authorization("host;x-sdk-date", listSignature))
	if err != nil {
		t.Fatal(err)
	}
	want := &signature.Authorization{AccessKey: accessKey, SignedHeaders: []string{"host", "x-sdk-date"}}
	if _, err := hex.Decode(want.Signature[:], []byte(listSignature)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Error(diff)
	}
	if _, err := signature.Parse("SDK-HMAC-SHA256 Access=k,SignedHeaders=x,Signature=" + listSignature); err != nil {
		t.Errorf("without blanks: %v", err)
	}
}

func TestHeadersThatAreRefused(t *testing.T) {
	good := authorization("host;x-sdk-date", listSignature)
	for name, header := range map[string]string{
		"nothing":                    "",
		"the algorithm alone":        "SDK-HMAC-SHA256",
		"another algorithm":          strings.Replace(good, "SDK-HMAC-SHA256", "V11-HMAC-SHA256", 1),
		"another hash":               strings.Replace(good, "SDK-HMAC-SHA256", "SDK-HMAC-SM3", 1),
		"another kind of key":        strings.Replace(good, "SDK-HMAC-SHA256", "SDK-ECDSA-P256-SHA256", 1),
		"another case":               strings.ToLower(good),
		"a token":                    "Bearer x",
		"a part that is missing":     strings.Replace(good, "Access="+accessKey+", ", "", 1),
		"a part more":                good + ", More=x",
		"a part twice":               strings.Replace(good, "SignedHeaders=host;x-sdk-date", "Access=x", 1),
		"parts out of order":         "SDK-HMAC-SHA256 SignedHeaders=host, Access=k, Signature=" + listSignature,
		"no access key":              strings.Replace(good, accessKey, "", 1),
		"an access key with a blank": strings.Replace(good, accessKey, "a b", 1),
		"an access key too long":     strings.Replace(good, accessKey, strings.Repeat("k", 129), 1),
		"no names":                   strings.Replace(good, "host;x-sdk-date", "", 1),
		"an empty name":              strings.Replace(good, "host;x-sdk-date", "host;;x-sdk-date", 1),
		"names out of order":         strings.Replace(good, "host;x-sdk-date", "x-sdk-date;host", 1),
		"a name twice":               strings.Replace(good, "host;x-sdk-date", "host;host", 1),
		"a name in upper case":       strings.Replace(good, "host;x-sdk-date", "Host;x-sdk-date", 1),
		"too many names":             strings.Replace(good, "host;x-sdk-date", "host;"+strings.Repeat("x", 9000), 1),
		"a signature too short":      good[:len(good)-2],
		"a signature too long":       good + "00",
		"a signature that is no hex": good[:len(good)-1] + "g",
		"a signature in upper case":  good[:len(good)-1] + "A",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := signature.Parse(header); err == nil {
				t.Errorf("%q was accepted", header)
			} else if strings.Contains(err.Error(), listSignature[:16]) {
				t.Errorf("the error quotes the header: %v", err)
			}
		})
	}
}

func TestSignedTellsTheAlgorithm(t *testing.T) {
	for header, want := range map[string]bool{
		"SDK-HMAC-SHA256 x": true, "SDK-HMAC-SHA256": true, "SDK-HMAC-SHA2567 x": false, "sdk-hmac-sha256 x": false, "Bearer SDK-HMAC-SHA256": false, "": false,
	} {
		if got := signature.Signed(header); got != want {
			t.Errorf("%q: got %t", header, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(authorization("host;x-sdk-date", listSignature))
	f.Add("SDK-HMAC-SHA256 Access=,SignedHeaders=;,Signature=")
	f.Fuzz(func(t *testing.T, header string) {
		a, err := signature.Parse(header)
		if err != nil {
			return
		}
		if !signature.Signed(header) || !signature.AccessKey(a.AccessKey) || len(a.SignedHeaders) == 0 {
			t.Errorf("%q is %+v", header, a)
		}
		again, err := signature.Parse("SDK-HMAC-SHA256 Access=" + a.AccessKey + ", SignedHeaders=" + strings.Join(a.SignedHeaders, ";") +
			", Signature=" + hex.EncodeToString(a.Signature[:]))
		if err != nil {
			t.Fatalf("%q is not read twice: %v", header, err)
		}
		if diff := cmp.Diff(a, again); diff != "" {
			t.Error(diff)
		}
	})
}

// FuzzVerify looks for requests that pass with a signature that nobody made, and for those that stop the server.
func FuzzVerify(f *testing.F) {
	f.Add("GET", "/api/v3/addons", "a=b", "host", "")
	f.Add("POST", "/%2F/%zz", "a=%", "", "body")
	f.Fuzz(func(t *testing.T, method, path, query, host, body string) {
		a, err := signature.Parse(authorization("host;x-sdk-date", listSignature))
		if err != nil {
			t.Fatal(err)
		}
		r := signature.Request{Method: method, Path: path, Query: query, Host: host, Header: http.Header{"X-Sdk-Date": {date}}}
		if a.Verify(r, []byte(body), secretKey) == nil {
			t.Errorf("%s %q %q %q %q passes", method, path, query, host, body)
		}
	})
}
