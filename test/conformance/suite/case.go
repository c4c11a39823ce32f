package suite

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// caseFile is one file below cases/.
type caseFile struct {
	// Given are sequences of steps that cases of all files may begin with.
	Given map[string][]Step `yaml:"given"`
	Cases []Case            `yaml:"cases"`
}

// Case is one case. Its variables are ${run} (new in each run of each case), those of Vars and of a row of Each, those
// that steps save, and those of the identities: ${tenant.by}.
type Case struct {
	// Name is a sentence.
	Name string `yaml:"name"`
	// Rules are the ids of the rules that it checks.
	Rules []string `yaml:"rules"`
	// Own asks for a tenant of its own, on a Platform of its own.
	Own *PlatformWish `yaml:"own"`
	// Serial keeps it from running beside others.
	Serial bool `yaml:"serial"`
	// Vars are variables.
	Vars map[string]yaml.Node `yaml:"vars"`
	// Each runs the steps once for each row, which is a sentence and variables.
	Each map[string]map[string]yaml.Node `yaml:"each"`
	// Given names sequences of steps that come first.
	Given []string `yaml:"given"`
	Steps []Step   `yaml:"steps"`
}

// PlatformWish says what a Platform is to require.
type PlatformWish struct {
	Cluster  []string `yaml:"cluster"`
	NodePool []string `yaml:"nodePool"`
	// Spec are further members of its spec.
	Spec yaml.Node `yaml:"spec"`
}

// Step is one request and what must come of it, or a look at a stream, or an act on objects behind the server's back.
type Step struct {
	// Do is a method and a path below the base path; a path that begins with /api is taken as it is.
	Do string `yaml:"do"`

	// As is the identity; "tenant" without it.
	As string `yaml:"as"`
	// Header, Query and Body are the request's. A query value or a header may be a list.
	Header map[string]yaml.Node `yaml:"header"`
	Query  map[string]yaml.Node `yaml:"query"`
	Body   yaml.Node            `yaml:"body"`
	// Plain is a body that is sent as it is.
	Plain *string `yaml:"text"`
	// Hex is a body in hexadecimal digits.
	Hex string `yaml:"hex"`
	// Pad lengthens the body with blanks to as many bytes.
	Pad int `yaml:"pad"`
	// Parallel sends it as often at once; each answer must be as wished.
	Parallel int `yaml:"parallel"`

	// Status is the status of the answer, or the first digit of it.
	Status int `yaml:"status"`
	// Headers are wishes for headers, Answer is one for the body, Raw are patterns for its text.
	Headers map[string]yaml.Node `yaml:"headers"`
	Answer  yaml.Node            `yaml:"answer"`
	Raw     []string             `yaml:"raw"`
	// Never are texts that the answer must not contain.
	Never []string `yaml:"never"`
	// Like names an earlier step whose answer this one must equal, byte for byte, up to path, time and request id; Same one that
	// it must equal altogether.
	Like string `yaml:"like"`
	Same string `yaml:"same"`
	Name string `yaml:"name"`
	// Save keeps parts of the answer as variables: a path into the body, or @ and the name of a header.
	Save map[string]string `yaml:"save"`
	// Until repeats the request until the answer is as wished: something else has to act first.
	Until bool `yaml:"until"`

	// Watch keeps the answer open as a stream of that name; Stream and Events are what must come next on it.
	Watch  string      `yaml:"watch"`
	Stream string      `yaml:"stream"`
	Events []yaml.Node `yaml:"events"`
	// Repeats says that the stream may tell again what was told before.
	Repeats bool `yaml:"repeats"`
	// Ends says that the stream ends now.
	Ends bool `yaml:"ends"`

	// Apply, Patch, Read and Delete act through the kube-apiserver.
	Apply  yaml.Node  `yaml:"apply"`
	Patch  *patchWish `yaml:"patch"`
	Read   *readWish  `yaml:"read"`
	Delete *objectRef `yaml:"delete"`
	// Tick waits until the clock shows another second, so that two times can be told apart.
	Tick bool `yaml:"tick"`

	// Words are those that only the dialect knows.
	Words map[string]yaml.Node `yaml:",inline"`
}

// objectRef names an object of our group in the case's tenant, or a Platform.
type objectRef struct {
	Kind string `yaml:"kind"`
	Name string `yaml:"name"`
}

type patchWish struct {
	objectRef `yaml:",inline"`
	Merge     yaml.Node `yaml:"merge"`
	// Status patches the status subresource.
	Status bool `yaml:"status"`
}

type readWish struct {
	objectRef `yaml:",inline"`
	// List reads all objects of the kind.
	List   bool      `yaml:"list"`
	Answer yaml.Node `yaml:"answer"`
}

// collection is all cases, by file.
type collection struct {
	names []string
	files map[string]caseFile
	given map[string][]Step
}

func load(t *testing.T, data fs.FS) collection {
	t.Helper()
	loaded := collection{files: map[string]caseFile{}, given: map[string][]Step{}}
	err := fs.WalkDir(data, "cases", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		var file caseFile
		if err := decodeStrictly(data, path, &file); err != nil {
			return err
		}
		name := strings.TrimSuffix(entry.Name(), ".yaml")
		loaded.names, loaded.files[name] = append(loaded.names, name), file
		for key, steps := range file.Given {
			if loaded.given[key] != nil {
				return fmt.Errorf("%s: %q is given twice", path, key)
			}
			loaded.given[key] = steps
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func decodeStrictly(data fs.FS, path string, into any) error {
	file, err := data.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	decoder := yaml.NewDecoder(file)
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// identities are the identities that a case needs beside the tenant's own.
func (s collection) identities(c Case) []string {
	var names []string
	for _, steps := range s.sequences(c) {
		for _, step := range steps {
			if step.As != "" {
				names = append(names, step.As)
			}
		}
	}
	return names
}

// sequences are the steps of a case, the given ones first.
func (s collection) sequences(c Case) [][]Step {
	var all [][]Step
	for _, name := range c.Given {
		all = append(all, s.given[name])
	}
	return append(all, c.Steps)
}

// needsKubernetes tells whether a case acts behind the server's back.
func (s collection) needsKubernetes(c Case) bool {
	if c.Own != nil {
		return true
	}
	for _, steps := range s.sequences(c) {
		for _, step := range steps {
			if !step.Apply.IsZero() || step.Patch != nil || step.Read != nil || step.Delete != nil {
				return true
			}
		}
	}
	return false
}
