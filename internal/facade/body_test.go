package facade_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/facade"
)

// read is a handler that answers with the body it read.
func read(w http.ResponseWriter, r *http.Request) {
	body, err := facade.ReadJSON(w, r, "application/merge-patch+json")
	if refusal, ok := errors.AsType[*facade.Refusal](err); ok {
		facade.From(r.Context()).Dialect.Refuse(w, r, *refusal)
		return
	}
	_ = json.NewEncoder(w).Encode(body.Object)
}

func bodies(t testing.TB) *httptest.Server {
	return serve(t, newFacade(t, map[string]http.HandlerFunc{"POST /v1/clusters": read}), filters{untimed: true})
}

func TestReadJSON(t *testing.T) {
	zipped := &bytes.Buffer{}
	zip := gzip.NewWriter(zipped)
	_, _ = zip.Write(bytes.Repeat([]byte(" "), 64<<20))
	_ = zip.Close()
	badBody := func(detail string) refused { return refused{Refused: 400, Cause: facade.BadBody, Detail: detail} }
	mediaType := refused{Refused: 415, Detail: "Content-Type must be application/json or application/merge-patch+json."}
	charset := refused{Refused: 415, Detail: "The charset must be utf-8."}
	large := refused{Refused: 413, Detail: "A body may have 1 MiB at most."}
	full := `{"a":"` + strings.Repeat("x", facade.MaxBody-len(`{"a":""}`)) + `"}`
	nested := func(levels int) string { return strings.Repeat(`{"a":`, levels) + "1" + strings.Repeat("}", levels) }
	tests := map[string]struct {
		body    string
		headers []string
		// want is the object as it was understood; else refused says how it was not.
		want    string
		refused refused
	}{
		"an object":                       {body: `{"a": 1}`, want: `{"a":1}`},
		"an empty object":                 {body: ` {} `, want: `{}`},
		"numbers stay exact":              {body: `{"a":12345678901234567890.10}`, want: `{"a":12345678901234567890.10}`},
		"a media type with a charset":     {body: `{}`, headers: []string{"Content-Type", "Application/JSON; charset=\"UTF-8\""}, want: `{}`},
		"a further media type":            {body: `{}`, headers: []string{"Content-Type", "application/merge-patch+json"}, want: `{}`},
		"an unknown parameter":            {body: `{}`, headers: []string{"Content-Type", "application/json; odata=verbose"}, want: `{}`},
		"an empty media type":             {body: `{}`, headers: []string{"Content-Type", ""}, want: `{}`},
		"identity":                        {body: `{}`, headers: []string{"Content-Encoding", "identity"}, want: `{}`},
		"exactly as large as allowed":     {body: full, want: full},
		"64 levels":                       {body: nested(64), want: nested(64)},
		"65 levels":                       {body: nested(65), refused: badBody("body" + strings.Repeat(".a", 64) + ": is nested deeper than 64 levels")},
		"another media type":              {body: `{}`, headers: []string{"Content-Type", "text/plain"}, refused: mediaType},
		"a form":                          {body: `a=b`, headers: []string{"Content-Type", "application/x-www-form-urlencoded"}, refused: mediaType},
		"a media type that is none":       {body: `{}`, headers: []string{"Content-Type", "json"}, refused: mediaType},
		"a media type with trailing text": {body: `{}`, headers: []string{"Content-Type", "application/json; charset"}, refused: mediaType},
		"two media types":                 {body: `{}`, headers: []string{"Content-Type", "application/json", "Content-Type", "application/json"}, refused: refused{Refused: 415, Detail: "Content-Type is given more than once."}},
		"another charset":                 {body: `{}`, headers: []string{"Content-Type", "application/json; charset=iso-8859-1"}, refused: charset},
		"a gzip bomb":                     {body: zipped.String(), headers: []string{"Content-Encoding", "gzip"}, refused: refused{Refused: 415, Detail: "A body must not be compressed."}},
		"a gzip bomb that nobody told of": {body: zipped.String(), refused: badBody("body: is not valid UTF-8")},
		"one byte too large":              {body: full + " ", refused: large},
		"4 MiB":                           {body: strings.Repeat("[", 4<<20), refused: large},
		"1 MiB of brackets":               {body: strings.Repeat("[", 1<<20), refused: badBody("body" + strings.Repeat("[0]", 64) + ": is nested deeper than 64 levels")},
		"nothing":                         {body: "", refused: badBody("The body is empty; a JSON object is needed.")},
		"space":                           {body: " \n", refused: badBody("The body is empty; a JSON object is needed.")},
		"null":                            {body: "null", refused: badBody("The body must be a JSON object.")},
		"an array":                        {body: "[{}]", refused: badBody("The body must be a JSON object.")},
		"no JSON":                         {body: "{a}", refused: badBody("body: is not valid JSON at byte 1")},
		"half of an object":               {body: `{"a":`, refused: badBody("body.a: is not valid JSON: it ends too early")},
		"two objects":                     {body: `{}{}`, refused: badBody("body: has text after the end of the JSON document")},
		"a key twice":                     {body: `{"a":1,"b":{},"a":1}`, refused: badBody("body.a: is given twice")},
		"a key twice, deep, and escaped":  {body: `{"a":[{"b":1,"\u0062":1}]}`, refused: badBody("body.a[0].b: is given twice")},
		"no UTF-8":                        {body: "{\"a\":\"\xff\"}", refused: badBody("body: is not valid UTF-8")},
		"a number that costs much":        {body: `{"a":1e999999999}`, refused: badBody("body.a: is a number that is too long or has too large an exponent")},
	}
	server := bodies(t)
	for name, test := range tests {
		for _, chunked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, chunked %t", name, chunked), func(t *testing.T) {
				answer := post(t, server, strings.NewReader(test.body), chunked, test.headers...)
				if test.want != "" {
					if answer.status != http.StatusOK || strings.TrimSpace(answer.body) != test.want {
						t.Errorf("got %d %.200s", answer.status, answer.body)
					}
					return
				}
				if diff := cmp.Diff(test.refused, answer.refused(t)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func post(t testing.TB, server *httptest.Server, body io.Reader, chunked bool, headers ...string) got {
	t.Helper()
	if chunked {
		body = io.MultiReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/sample/v1/clusters", body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header[headers[i]] = append(r.Header[headers[i]], headers[i+1])
	}
	return do(t, r)
}

// TestABodyThatIsTooLargeTakesNoMemory measures memory, which a large body must not take.
func TestABodyThatIsTooLargeTakesNoMemory(t *testing.T) {
	endless := http.MaxBytesReader(nil, io.NopCloser(brackets{}), 1<<30)
	for name, test := range map[string]struct {
		length int64
		most   uint64
	}{
		"announced":     {length: 1 << 30, most: 64 << 10},
		"not announced": {length: -1, most: 8 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/api/sample/v1/clusters", endless)
			r.ContentLength = test.length
			w := httptest.NewRecorder()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := facade.ReadJSON(w, r)
			runtime.ReadMemStats(&after)
			refusal, ok := errors.AsType[*facade.Refusal](err)
			if !ok || refusal.Status != http.StatusRequestEntityTooLarge {
				t.Errorf("got %v", err)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > test.most {
				t.Errorf("%d bytes were taken, want at most %d", took, test.most)
			}
			if w.Header().Get("Connection") != "close" {
				t.Error("the connection stays open")
			}
		})
	}
}

type brackets struct{}

func (brackets) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '['
	}
	return len(p), nil
}

func TestABodyThatStopsIsGivenUp(t *testing.T) {
	defer facade.SetBodyTime(50_000_000)()
	server := bodies(t)
	answer := raw(t, server.Listener.Addr(), "POST /api/sample/v1/clusters HTTP/1.1", "Content-Length: 100", "", `{"a":`)
	if diff := cmp.Diff(refused{Refused: 400, Cause: facade.BadBody, Detail: "The body took too long to arrive."}, answer.refused(t)); diff != "" {
		t.Error(diff)
	}
	if !answer.closed {
		t.Error("the connection stays open")
	}
}

// TestTheDeadlineOfABodyEndsWithIt holds that the deadline of a body does not outlive it: neither the handler's context ends,
// nor the connection.
func TestTheDeadlineOfABodyEndsWithIt(t *testing.T) {
	defer facade.SetBodyTime(50_000_000)()
	tick := make(chan struct{})
	server := serve(t, newFacade(t, map[string]http.HandlerFunc{
		"POST /v1/clusters": func(w http.ResponseWriter, r *http.Request) {
			if _, err := facade.ReadJSON(w, r); err != nil {
				t.Error(err)
			}
			select {
			case <-tick:
			case <-r.Context().Done():
				t.Error("the context ended")
			}
		},
	}), filters{})
	// A second body that stops is given up after the same time, so that the first handler's would be over too.
	go func() {
		defer close(tick)
		slow := bodies(t)
		raw(t, slow.Listener.Addr(), "POST /api/sample/v1/clusters HTTP/1.1", "Content-Length: 100", "", `{"a":`)
		raw(t, slow.Listener.Addr(), "POST /api/sample/v1/clusters HTTP/1.1", "Content-Length: 100", "", `{"a":`)
	}()
	var dials int
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		dials++
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}}
	defer transport.CloseIdleConnections()
	for range 2 {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/sample/v1/clusters", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		response, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("got %d", response.StatusCode)
		}
	}
	if dials != 1 {
		t.Errorf("%d connections were made, want 1", dials)
	}
}

func FuzzReadJSON(f *testing.F) {
	for _, seed := range []string{`{"a":{"b":[1,2.50]}}`, `{"a":1,"a":2}`, `[]`, "", "{\"\xff\":1}", `{"a":"\ud800"}`} {
		f.Add("application/json; charset=utf-8", "", []byte(seed))
	}
	f.Fuzz(func(t *testing.T, contentType, encoding string, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		r.Header["Content-Type"], r.Header["Content-Encoding"] = []string{contentType}, []string{encoding}
		got, err := facade.ReadJSON(httptest.NewRecorder(), r)
		if err != nil {
			refusal, ok := errors.AsType[*facade.Refusal](err)
			if !ok || refusal.Status < 400 || refusal.Status >= 500 {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if !json.Valid(body) || !bytes.Equal(body, got.Raw) {
			t.Fatalf("accepted %q as %q", body, got.Raw)
		}
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		var want map[string]any
		if err := decoder.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Object); diff != "" {
			t.Fatal(diff)
		}
	})
}

func BenchmarkReadJSON(b *testing.B) {
	report := `{"adapter":"dns","observed_generation":3,"observed_time":"2026-01-01T00:00:00Z","conditions":[` +
		`{"type":"Applied","status":"True","reason":"Done","message":"ok"},{"type":"Available","status":"True","reason":"Done","message":"ok"},` +
		`{"type":"Health","status":"True","reason":"Done","message":"ok"},{"type":"Finalized","status":"False","reason":"","message":""}],` +
		`"data":{"zone":"z1","records":[{"name":"a","value":"1.2.3.4"}]}}`
	for name, body := range map[string]string{"a report": report, "1 MiB of brackets": strings.Repeat("[", 1<<20)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
				_, _ = facade.ReadJSON(httptest.NewRecorder(), r)
			}
		})
	}
}

// TestBodiesOverHTTP2 holds that a body is given up without the connection, on which others may be going on.
func TestBodiesOverHTTP2(t *testing.T) {
	defer facade.SetBodyTime(50_000_000)()
	server := httptest.NewUnstartedServer(chain(newFacade(t, map[string]http.HandlerFunc{"POST /v1/clusters": read}), filters{untimed: true}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	stopped, stop := io.Pipe()
	tests := map[string]struct {
		body   io.Reader
		status int
	}{
		"an object":          {strings.NewReader(`{"a":1}`), http.StatusOK},
		"4 MiB":              {strings.NewReader(strings.Repeat("[", 4<<20)), http.StatusRequestEntityTooLarge},
		"4 MiB, unannounced": {io.MultiReader(strings.NewReader(strings.Repeat("[", 4<<20))), http.StatusRequestEntityTooLarge},
		"one that stops":     {io.MultiReader(strings.NewReader(`{"a":`), stopped), http.StatusBadRequest},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/sample/v1/clusters", test.body)
			if err != nil {
				t.Fatal(err)
			}
			response, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			// The client waits for the end of what it sends, too.
			defer response.Body.Close()
			if test.status == http.StatusBadRequest {
				defer stop.Close()
			}
			if response.ProtoMajor != 2 || response.StatusCode != test.status || response.Header.Get("Connection") != "" {
				t.Errorf("got %s %d, and Connection: %s", response.Proto, response.StatusCode, response.Header.Get("Connection"))
			}
		})
	}
}
