package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseCPUTime(t *testing.T) {
	for name, tc := range map[string]struct {
		stat  string
		want  time.Duration
		wrong bool
	}{
		"user and system time are added": {"7 (etcd) S 1 7 7 0 -1 4194304 9 0 0 0 120 30 0 0 20 0 9 0 1", 1500 * time.Millisecond, false},
		"a name may hold anything":       {"7 (a) 1 (b c) S 1 7 7 0 -1 4194304 9 0 0 0 1 0 0 0 20 0 9 0 1", 10 * time.Millisecond, false},
		"too short is refused":           {"7 (etcd) S 1", 0, true},
		"what is no number is refused":   {"7 (etcd) S 1 7 7 0 -1 4194304 9 0 0 0 x 30 0 0 20 0 9 0 1", 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseCPUTime(tc.stat)
			if got != tc.want || (err != nil) != tc.wrong {
				t.Errorf("%s, %v", got, err)
			}
		})
	}
}

func TestParseResident(t *testing.T) {
	now, peak, err := parseResident("Name:\tetcd\nVmHWM:\t    300 kB\nVmRSS:\t    200 kB\nThreads:\t9\n")
	if now != 200<<10 || peak != 300<<10 || err != nil {
		t.Errorf("%d, %d, %v", now, peak, err)
	}
	if _, _, err := parseResident("Name:\tetcd\n"); err == nil {
		t.Error("a status without memory must be refused: a process that has ended has none")
	}
}

func TestWrites(t *testing.T) {
	before := `# HELP apiserver_request_total Counter
apiserver_request_total{code="200",group="fleet.slipway.dev",resource="clusters",subresource="status",verb="PATCH"} 3
apiserver_request_total{code="409",group="fleet.slipway.dev",resource="clusters",subresource="status",verb="PATCH"} 1
apiserver_request_total{code="200",group="fleet.slipway.dev",resource="clusters",subresource="",verb="GET"} 9
apiserver_request_total{code="200",group="coordination.k8s.io",resource="leases",subresource="",verb="PUT"} 9
apiserver_request_total_other 1
`
	after := strings.NewReplacer("} 3", "} 5", `verb="GET"} 9`, `verb="GET"} 99`, `verb="PATCH"} 1`, `verb="PATCH"} 4`).Replace(before) +
		`apiserver_request_total{code="201",group="fleet.slipway.dev",resource="adapterstatuses",subresource="",verb="APPLY"} 1e+01
apiserver_request_total{code="201",group="events.k8s.io",resource="events",subresource="",verb="POST"} 2
`
	parse := func(text string) writes {
		samples, err := parseMetrics(text, []string{requestTotal})
		if err != nil {
			t.Fatal(err)
		}
		return parseWrites(samples)
	}
	first, second := parse(before), parse(after)
	if diff := cmp.Diff(writes{"clusters/status PATCH": 3, "clusters/status PATCH 409": 1}, first); diff != "" {
		t.Errorf("writes of our objects, whatever the answer (-want +got):\n%s", diff)
	}
	difference := second.since(first)
	want := writes{"clusters/status PATCH": 2, "clusters/status PATCH 409": 3, "adapterstatuses APPLY": 10, "events POST": 2}
	if diff := cmp.Diff(want, difference); diff != "" {
		t.Errorf("what was written meanwhile (-want +got):\n%s", diff)
	}
	if difference.total() != 17 || difference.of("clusters/status") != 2 || difference.of("clusters") != 0 {
		t.Errorf("sums: %d, %d, %d", difference.total(), difference.of("clusters/status"), difference.of("clusters"))
	}
	if text := difference.String(); text != "10 × adapterstatuses APPLY, 2 × clusters/status PATCH, 3 × clusters/status PATCH 409, 2 × events POST" {
		t.Errorf("shown as %q", text)
	}
}

func TestParseSample(t *testing.T) {
	for name, tc := range map[string]struct {
		line  string
		want  sample
		wrong bool
	}{
		"without labels":                  {"a 1.5", sample{name: "a", labels: map[string]string{}, value: 1.5}, false},
		"with an escaped label":           {`a{b="c\"},d",e=""} 2`, sample{name: "a", labels: map[string]string{"b": `c"},d`, "e": ""}, value: 2}, false},
		"a label that does not end":       {`a{b="c} 2`, sample{}, true},
		"a value that is no number":       {`a{b="c"} x`, sample{}, true},
		"labels that do not end are none": {`a{b="c"`, sample{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseSample(tc.line)
			if (err != nil) != tc.wrong {
				t.Fatalf("error %v", err)
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(sample{})); !tc.wrong && diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestCountCalls(t *testing.T) {
	log := `{"verb":"list","requestURI":"/apis/fleet.slipway.dev/v1alpha1/clusters","objectRef":{"resource":"clusters"}}
{"verb":"create","requestURI":"/apis/authorization.k8s.io/v1/subjectaccessreviews","objectRef":{"resource":"subjectaccessreviews"}}
{"verb":"watch","requestURI":"/apis/fleet.slipway.dev/v1alpha1/clusters?watch=1","objectRef":{"resource":"clusters"}}
`
	const unfinished = `{"verb":"get"`
	got, length, err := countCalls(strings.NewReader(log + unfinished))
	if err != nil {
		t.Fatal(err)
	}
	want := calls{Reads: 1, Reviews: 1, Watches: 1, example: "list /apis/fleet.slipway.dev/v1alpha1/clusters"}
	if got != want || int(length) != len(log) {
		t.Errorf("%+v in %d bytes: a line that is still being written is for the next time", got, length)
	}
}
