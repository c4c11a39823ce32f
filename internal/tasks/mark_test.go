package tasks_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/tasks"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456000, time.UTC)

func cluster(generation int64) tasks.Object {
	return tasks.Object{Kind: fleetv1.KindCluster, Name: "sample", Generation: generation}
}

func pool(name string, generation int64) tasks.Object {
	return tasks.Object{Kind: fleetv1.KindNodePool, Name: name, Generation: generation}
}

func TestAMarkIsReadBackAsItWasWritten(t *testing.T) {
	elsewhere := time.FixedZone("elsewhere", 9*60*60)
	mark := tasks.New(noon.Add(789*time.Nanosecond).In(elsewhere), cluster(3), pool("sample-workers", 12))
	const text = "2026-11-21T12:00:00.123456Z Cluster/sample/3 NodePool/sample-workers/12"
	if got := mark.String(); got != text {
		t.Errorf("written as %q, want %q", got, text)
	}
	read, err := tasks.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(mark, read); diff != "" {
		t.Errorf("read back (-written +read):\n%s", diff)
	}
}

func TestWhatIsNoMarkIsRefused(t *testing.T) {
	const since = "2026-11-21T12:00:00.123456Z"
	for name, text := range map[string]string{
		"nothing":                         "",
		"a time alone":                    since,
		"a time and a space":              since + " ",
		"no time":                         "Cluster/sample/3",
		"a time without fractions":        "2026-11-21T12:00:00Z Cluster/sample/3",
		"a time with another zone":        "2026-11-21T12:00:00.123456+09:00 Cluster/sample/3",
		"a day that there is not":         "2026-02-30T12:00:00.123456Z Cluster/sample/3",
		"a kind that no task is about":    since + " Addon/sample/3",
		"an object without a name":        since + " Cluster//3",
		"an object without a generation":  since + " Cluster/sample",
		"more than an object":             since + " Cluster/sample/3/4",
		"a generation of 0":               since + " Cluster/sample/0",
		"a generation with a sign":        since + " Cluster/sample/+3",
		"a generation with a leading 0":   since + " Cluster/sample/03",
		"a generation that is too large":  since + " Cluster/sample/9223372036854775808",
		"two spaces between the objects":  since + " Cluster/sample/3  Cluster/sample/4",
		"a space at the end":              since + " Cluster/sample/3 ",
		"an unreadable object at the end": since + " Cluster/sample/3 x",
	} {
		t.Run(name, func(t *testing.T) {
			if mark, err := tasks.Parse(text); err == nil {
				t.Errorf("%q was read as %+v", text, mark)
			}
		})
	}
}

func TestOnlyIsAboutAllObjects(t *testing.T) {
	for name, tc := range map[string]struct {
		objects []tasks.Object
		want    bool
	}{
		"that pool":                  {objects: []tasks.Object{pool("workers", 2)}, want: true},
		"that pool twice":            {objects: []tasks.Object{pool("workers", 2), pool("workers", 3)}, want: true},
		"that pool and another":      {objects: []tasks.Object{pool("workers", 2), pool("others", 2)}},
		"another pool":               {objects: []tasks.Object{pool("others", 2)}},
		"a cluster of the same name": {objects: []tasks.Object{{Kind: fleetv1.KindCluster, Name: "workers", Generation: 2}}},
		"nothing":                    {},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tasks.New(noon, tc.objects...).Only(fleetv1.KindNodePool, "workers"); got != tc.want {
				t.Errorf("Only is %t, want %t", got, tc.want)
			}
		})
	}
}

// Whatever is read as a mark is written again as the same text, and has what every mark has.
func FuzzParse(f *testing.F) {
	f.Add("2026-11-21T12:00:00.123456Z Cluster/sample/3 NodePool/sample-workers/12")
	f.Add("2026-11-21T12:00:00.123456Z NodePool/a/1")
	f.Add("0000-01-01T00:00:00.000000Z Cluster/a b/1")
	f.Add("2026-11-21T24:00:00.000000Z Cluster/a/1")
	f.Fuzz(func(t *testing.T, text string) {
		mark, err := tasks.Parse(text)
		if err != nil {
			return
		}
		if mark.String() != text {
			t.Errorf("%q is written again as %q", text, mark)
		}
		if len(mark.Objects) == 0 {
			t.Errorf("%q is about nothing", text)
		}
		for _, object := range mark.Objects {
			if object.Generation < 1 || object.Name == "" {
				t.Errorf("%q is about %+v", text, object)
			}
		}
		mark.Runs(&fleetv1.Cluster{}, nil, noon) // must not panic
	})
}
