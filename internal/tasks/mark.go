package tasks

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// timeFormat is how a mark holds its time: RFC 3339 in UTC with microseconds.
const timeFormat = "2006-01-02T15:04:05.000000Z"

// Mark says which task was the last to begin on a Cluster. It is written before the objects that the task is about.
type Mark struct {
	// Since is when it was written, in UTC and whole microseconds.
	Since time.Time
	// Objects are what the task is about.
	Objects []Object
}

// Object is an object that a task is about.
type Object struct {
	// Kind is fleetv1.KindCluster or fleetv1.KindNodePool.
	Kind string
	// Name is the object's name.
	Name string
	// Generation is the one that the task makes: 1 where it creates the object.
	Generation int64
}

// New returns the mark of a task that begins now.
func New(now time.Time, objects ...Object) Mark {
	return Mark{Since: now.UTC().Truncate(time.Microsecond), Objects: objects}
}

// String returns the mark as the annotation holds it: the time, then <kind>/<name>/<generation> for each object, with spaces
// between them.
func (m Mark) String() string {
	words := make([]string, 0, 1+len(m.Objects))
	words = append(words, m.Since.UTC().Format(timeFormat))
	for _, object := range m.Objects {
		words = append(words, fmt.Sprintf("%s/%s/%d", object.Kind, object.Name, object.Generation))
	}
	return strings.Join(words, " ")
}

// Parse reads a mark as String writes it. Nothing else is one.
func Parse(text string) (Mark, error) {
	since, rest, named := strings.Cut(text, " ")
	begun, err := time.Parse(timeFormat, since)
	if err != nil {
		return Mark{}, fmt.Errorf("reading when a task began: %w", err)
	}
	mark := Mark{Since: begun}
	if !named {
		return Mark{}, fmt.Errorf("the task that began at %s is about nothing", since)
	}
	for word := range strings.SplitSeq(rest, " ") {
		object, err := parseObject(word)
		if err != nil {
			return Mark{}, err
		}
		mark.Objects = append(mark.Objects, object)
	}
	if mark.String() != text {
		return Mark{}, fmt.Errorf("the mark of the task that began at %s was not written by Slipway", since)
	}
	return mark, nil
}

func parseObject(word string) (Object, error) {
	parts := strings.Split(word, "/")
	if len(parts) != 3 || parts[0] != fleetv1.KindCluster && parts[0] != fleetv1.KindNodePool || parts[1] == "" {
		return Object{}, fmt.Errorf("%q is not <kind>/<name>/<generation>", word)
	}
	generation, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil || generation < 1 {
		return Object{}, fmt.Errorf("the generation in %q is not a positive number", word)
	}
	return Object{Kind: parts[0], Name: parts[1], Generation: generation}, nil
}

// Only tells whether the task is about that object and no other.
func (m Mark) Only(kind, name string) bool {
	for _, object := range m.Objects {
		if object.Kind != kind || object.Name != name {
			return false
		}
	}
	return len(m.Objects) > 0
}
