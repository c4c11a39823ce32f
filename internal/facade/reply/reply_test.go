package reply_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/facade/reply"
)

func TestTextStaysAsItIs(t *testing.T) {
	if got := string(reply.Encode(map[string]string{"a": "<ü & \u2028>"})); got != `{"a":"<ü & \u2028>"}` {
		t.Errorf("encoded %s", got)
	}
}

func TestWhatCannotBeEncodedIsABug(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	reply.Encode(make(chan int))
}

func TestJSON(t *testing.T) {
	w := httptest.NewRecorder()
	reply.JSON(w, http.StatusAccepted, []byte(`{}`))
	want := http.Header{"Content-Type": {"application/json"}, "Content-Length": {"2"}}
	if diff := cmp.Diff(want, w.Header()); diff != "" || w.Code != http.StatusAccepted || w.Body.String() != "{}" {
		t.Errorf("%d %s (-want +got):\n%s", w.Code, w.Body, diff)
	}
}
