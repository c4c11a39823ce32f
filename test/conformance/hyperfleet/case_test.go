package hyperfleet

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

//go:embed cases/*.yaml rules.yaml
var data embed.FS

// caseFile is one file below cases/.
type caseFile struct {
	// Given are sequences of steps that cases of all files may begin with.
	Given map[string][]step `yaml:"given"`
	Cases []testCase        `yaml:"cases"`
}

// testCase is one case. Its variables are ${run} (new in each run of each case), those of Vars and of a row of Each, those
// that steps save, and those of the identities: ${tenant.by}.
type testCase struct {
	// Name is a sentence.
	Name string `yaml:"name"`
	// Rules are the ids of the rules that it checks.
	Rules []string `yaml:"rules"`
	// Own asks for a tenant of its own, on a Platform of its own.
	Own *platformWish `yaml:"own"`
	// Serial keeps it from running beside others.
	Serial bool `yaml:"serial"`
	// Vars are variables.
	Vars map[string]yaml.Node `yaml:"vars"`
	// Each runs the steps once for each row, which is a sentence and variables.
	Each map[string]map[string]yaml.Node `yaml:"each"`
	// Given names sequences of steps that come first.
	Given []string `yaml:"given"`
	Steps []step   `yaml:"steps"`
}

// platformWish says what a Platform is to require.
type platformWish struct {
	Cluster  []string `yaml:"cluster"`
	NodePool []string `yaml:"nodePool"`
	// Spec are further members of its spec.
	Spec yaml.Node `yaml:"spec"`
}

// step is one request and what must come of it, or a look at a stream, or an act on objects behind the server's back.
type step struct {
	// Do is a method and a path below the base path; a path that begins with /api is taken as it is.
	Do string `yaml:"do"`
	// Report is a request too: "<adapter> <True|False|Unknown> <generation>", to the object of the path To.
	Report string `yaml:"report"`
	To     string `yaml:"to"`
	// At is the report's time; without it, each is a second newer than the one before.
	At string `yaml:"at"`
	// Finalized adds the condition of that name; Extra are members that replace those of the report.
	Finalized string    `yaml:"finalized"`
	Extra     yaml.Node `yaml:"extra"`

	// As is the identity; "tenant" without it.
	As string `yaml:"as"`
	// Header, Query and Body are the request's. A query value or a header may be a list.
	Header map[string]yaml.Node `yaml:"header"`
	Query  map[string]yaml.Node `yaml:"query"`
	Body   yaml.Node            `yaml:"body"`
	// Text is a body that is sent as it is.
	Text *string `yaml:"text"`
	// Hex is a body in hexadecimal digits.
	Hex string `yaml:"hex"`
	// Pad lengthens the body with blanks to as many bytes.
	Pad int `yaml:"pad"`
	// Parallel sends it as often at once; each answer must be as wished.
	Parallel int `yaml:"parallel"`

	// Status is the status of the answer, or the first digit of it; Problem is the code of an error, VAL-000, which tells the status too.
	Status  int    `yaml:"status"`
	Problem string `yaml:"problem"`
	// Faults are the errors of a VAL-000, in any order: field and constraint.
	Faults []fault `yaml:"faults"`
	// Headers are wishes for headers, Answer is one for the body, Raw are patterns for its text.
	Headers map[string]yaml.Node `yaml:"headers"`
	Answer  yaml.Node            `yaml:"answer"`
	Raw     []string             `yaml:"raw"`
	// Found are the names of a list's items, without the run's suffix.
	Found yaml.Node `yaml:"found"`
	// Never are texts that the answer must not contain.
	Never []string `yaml:"never"`
	// Ready and Available are "<status> <reason> <observed_generation>".
	Ready     string `yaml:"ready"`
	Available string `yaml:"available"`
	// Moved are the conditions whose last_transition_time is another one than at the step before that says what moved.
	Moved *[]string `yaml:"moved"`
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
}

type fault struct {
	Field      string `yaml:"field"`
	Constraint string `yaml:"constraint"`
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

// suite is all cases, by file.
type suite struct {
	names []string
	files map[string]caseFile
	given map[string][]step
}

func loadSuite(t *testing.T) suite {
	t.Helper()
	loaded := suite{files: map[string]caseFile{}, given: map[string][]step{}}
	err := fs.WalkDir(data, "cases", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		var file caseFile
		if err := decodeStrictly(path, &file); err != nil {
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

func decodeStrictly(path string, into any) error {
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
func (s suite) identities(c testCase) []string {
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
func (s suite) sequences(c testCase) [][]step {
	var all [][]step
	for _, name := range c.Given {
		all = append(all, s.given[name])
	}
	return append(all, c.Steps)
}

// needsKubernetes tells whether a case acts behind the server's back.
func (s suite) needsKubernetes(c testCase) bool {
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
