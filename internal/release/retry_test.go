package release

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestNext(t *testing.T) {
	asked := Request{Checksum: "abc"}
	second := Request{Checksum: "abc", Attempt: 1, Time: since.Add(2 * time.Minute), Nodes: "n1"}
	failed := State{Phase: Failed, Reason: "InstallFailed", Since: since}
	again := State{Phase: Failed, Reason: "InstallFailed", Since: since.Add(7 * time.Minute)}
	for name, test := range map[string]struct {
		in   Attempts
		want Request
		wait time.Duration
	}{
		"nothing to do for what is deployed": {
			in: Attempts{Asked: asked, State: State{Phase: Deployed}, Now: since.Add(time.Hour)}, want: asked,
		},
		"nothing to do while an attempt is under way": {
			in: Attempts{Asked: asked, State: State{Phase: Failed, Trying: true}, Now: since.Add(time.Hour)}, want: asked,
		},
		"nothing to do while the cluster does not answer": {
			in: Attempts{Asked: asked, State: State{Phase: Unreachable}, Now: since.Add(time.Hour)}, want: asked,
		},
		"the first pause is a minute": {
			in: Attempts{Asked: asked, State: failed, Now: since.Add(20 * time.Second)}, want: asked, wait: 40 * time.Second,
		},
		"after it comes another attempt": {
			in:   Attempts{Asked: asked, State: failed, Now: since.Add(time.Minute), Nodes: "n1"},
			want: Request{Checksum: "abc", Attempt: 1, Time: since.Add(time.Minute), Nodes: "n1"},
		},
		"the pause begins when the attempt failed": {
			in: Attempts{Asked: second, State: again, Now: since.Add(8 * time.Minute), Nodes: "n1"}, want: second, wait: time.Minute,
		},
		"and not before it was asked for": {
			in: Attempts{Asked: second, State: failed, Now: since.Add(3 * time.Minute), Nodes: "n1"}, want: second, wait: time.Minute,
		},
		"other nodes shorten the pause": {
			in:   Attempts{Asked: second, State: again, Now: since.Add(8 * time.Minute), Nodes: "n2"},
			want: Request{Checksum: "abc", Attempt: 2, Time: since.Add(8 * time.Minute), Nodes: "n2"},
		},
		"but do not end it": {
			in: Attempts{Asked: second, State: again, Now: since.Add(7*time.Minute + 10*time.Second), Nodes: "n2"}, want: second, wait: 20 * time.Second,
		},
		"nodes that were not known at the last attempt shorten the pause": {
			in:   Attempts{Asked: Request{Checksum: "abc", Attempt: 3, Time: since}, State: failed, Now: since.Add(time.Minute), Nodes: "n2"},
			want: Request{Checksum: "abc", Attempt: 4, Time: since.Add(time.Minute), Nodes: "n2"},
		},
		"nodes that are not known say nothing": {
			in: Attempts{Asked: second, State: again, Now: since.Add(8 * time.Minute)}, want: second, wait: time.Minute,
		},
		"the pauses end at half an hour": {
			in:   Attempts{Asked: Request{Checksum: "abc", Attempt: 77, Time: since}, State: failed, Now: since.Add(10 * time.Minute)},
			want: Request{Checksum: "abc", Attempt: 77, Time: since}, wait: 20 * time.Minute,
		},
		"a clock that is ahead does not lengthen a pause": {
			in:   Attempts{Asked: asked, State: State{Phase: Failed, Since: since.Add(24 * time.Hour)}, Now: since},
			want: asked, wait: time.Minute,
		},
		"a chart that is missing is asked for again": {
			in:   Attempts{Asked: asked, State: State{Phase: SourceFailed}, Applied: since, Now: since.Add(time.Minute)},
			want: Request{Checksum: "abc", Attempt: 1, Time: since.Add(time.Minute)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, wait := Next(test.in)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if wait != test.wait {
				t.Errorf("waits %s, want %s", wait, test.wait)
			}
		})
	}
}

func TestRequestRoundTrip(t *testing.T) {
	for _, request := range []Request{
		{Checksum: "abc"},
		{Checksum: "abc", Time: since},
		{Checksum: "abc", Attempt: 3, Time: since, Nodes: "0123abcd"},
		{Checksum: "abc", Attempt: 1, Time: since},
	} {
		if diff := cmp.Diff(request, ParseRequest(request.String())); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	for _, seed := range []string{"", "abc", "abc.1.1767323045.n", "a.b.c.d", "abc.-1.0.", "abc.1.9223372036854775807.n", "...", "2026-01-02T03:04:05.678Z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		request := ParseRequest(text)
		if request.Attempt < 0 {
			t.Errorf("%q gives attempt %d", text, request.Attempt)
		}
		if again := ParseRequest(request.String()); again.Attempt != request.Attempt {
			t.Errorf("%q gives %+v, and that %+v", text, request, again)
		}
	})
}

func TestAsk(t *testing.T) {
	objects := Objects{Release: &unstructured.Unstructured{Object: map[string]any{}}, Source: &unstructured.Unstructured{Object: map[string]any{}}}
	objects.Ask(Request{Checksum: "abc"})
	if diff := cmp.Diff(map[string]string{"reconcile.fluxcd.io/requestedAt": "abc"}, objects.Release.GetAnnotations()); diff != "" {
		t.Errorf("first (-want +got):\n%s", diff)
	}
	again := Request{Checksum: "abc", Attempt: 1, Time: since, Nodes: "n"}
	objects.Ask(again)
	want := map[string]string{"reconcile.fluxcd.io/requestedAt": "abc.1.1767323045.n", "reconcile.fluxcd.io/resetAt": "abc.1.1767323045.n"}
	if diff := cmp.Diff(want, objects.Release.GetAnnotations()); diff != "" {
		t.Errorf("again (-want +got):\n%s", diff)
	}
	if got := objects.Source.GetAnnotations()["reconcile.fluxcd.io/requestedAt"]; got != "abc.1.1767323045.n" {
		t.Errorf("the source is asked for %q", got)
	}
	if diff := cmp.Diff(again, Asked(objects.Release)); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}
