package fields_test

import (
	"errors"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/params"
)

// read decodes a body as the frame does.
func read(t *testing.T, body string) *fields.Object {
	t.Helper()
	decoded, faults := params.DecodeObject([]byte(body), "body")
	if len(faults) > 0 {
		t.Fatal(params.Join(faults))
	}
	return fields.Read(decoded)
}

// details are the faults as clients are told.
func details(err error) []string {
	known, ok := errors.AsType[*fields.Error](err)
	if !ok {
		return nil
	}
	var told []string
	for _, fault := range known.Faults {
		told = append(told, fault.Detail())
	}
	return told
}

// told is one fault of the field "f".
func told(rest string) []string { return []string{"Invalid input for field/attribute f. " + rest} }

func TestFields(t *testing.T) {
	text := func(rule fields.Text) func(*fields.Object) any {
		return func(o *fields.Object) any { return o.Text("f", rule) }
	}
	integer := func(rule fields.Integer) func(*fields.Object) any {
		return func(o *fields.Object) any {
			if number := o.Integer("f", rule); number != nil {
				return int(*number)
			}
			return nil
		}
	}
	truth := func(required bool) func(*fields.Object) any {
		return func(o *fields.Object) any {
			if read := o.Bool("f", required); read != nil {
				return *read
			}
			return nil
		}
	}
	network := func(o *fields.Object) any { return o.CIDR("f", true) }
	address := func(o *fields.Object) any { return o.Address("f") }
	list := func(rule fields.List) func(*fields.Object) any {
		return func(o *fields.Object) any { return o.List("f", rule) }
	}
	count := func(rule fields.Objects) func(*fields.Object) any {
		return func(o *fields.Object) any { return len(o.Objects("f", rule)) }
	}
	lower := fields.Text{Form: regexp.MustCompile(`^[a-z]+$`), Says: "Value should be letters."}
	var none []string
	for name, row := range map[string]struct {
		body  string
		read  func(*fields.Object) any
		want  any
		fault []string
	}{
		"a string":                            {`{"f":"a"}`, text(fields.Text{Required: true}), "a", nil},
		"an absent string":                    {`{}`, text(fields.Text{}), "", nil},
		"null is absent":                      {`{"f":null}`, text(fields.Text{}), "", nil},
		"a required string that is absent":    {`{}`, text(fields.Text{Required: true}), "", told("Value: 'None'. Value is required.")},
		"a required string that is null":      {`{"f":null}`, text(fields.Text{Required: true}), "", told("Value: 'None'. Value is required.")},
		"a required string that is empty":     {`{"f":""}`, text(fields.Text{Required: true}), "", told("Value: ''. Value should not be empty.")},
		"a required string that may be empty": {`{"f":""}`, text(fields.Text{Required: true, Empty: true}), "", nil},
		"an optional string that is empty":    {`{"f":""}`, text(lower), "", nil},
		"a number as a string":                {`{"f":1.50}`, text(fields.Text{}), "", told("Value: '1.50'. Value should be a string.")},
		"an object as a string":               {`{"f":{"secret":"s"}}`, text(fields.Text{}), "", told("Value should be a string.")},
		"a string in another form":            {`{"f":"A"}`, text(lower), "", told("Value: 'A'. Value should be letters.")},
		"a string that is too long":           {`{"f":"abc"}`, text(fields.Text{Max: 2}), "", told("Value: 'abc'. Value should have at most 2 bytes.")},
		"a string that is the only choice":    {`{"f":"x"}`, text(fields.Text{OneOf: []string{"x"}}), "x", nil},
		"a string beside the only choice":     {`{"f":"y"}`, text(fields.Text{OneOf: []string{"x"}}), "", told("Value: 'y'. Value should be x.")},
		"a string beside the choices":         {`{"f":"y"}`, text(fields.Text{OneOf: []string{"x", "z"}}), "", told("Value: 'y'. Value should be one of: x, z.")},
		"a long value is cut in an answer":    {`{"f":"` + strings.Repeat("ä", 200) + `"}`, text(lower), "", told("Value: '" + strings.Repeat("ä", 100) + "…'. Value should be letters.")},

		"an integer":                       {`{"f":7}`, integer(fields.Integer{Min: 1, Max: 7}), 7, nil},
		"an integer as digits":             {`{"f":"07"}`, integer(fields.Integer{Min: 1, Max: 7}), 7, nil},
		"an integer with a fraction of 0":  {`{"f":7.0}`, integer(fields.Integer{}), nil, told("Value: '7.0'. Value should be an integer.")},
		"an integer with an exponent":      {`{"f":7e0}`, integer(fields.Integer{}), nil, told("Value: '7e0'. Value should be an integer.")},
		"an integer far below all numbers": {`{"f":-99999999999999999999}`, integer(fields.Integer{Min: 1}), nil, told("Value: '-99999999999999999999'. Value should be at least 1.")},
		"an absent integer":                {`{}`, integer(fields.Integer{}), nil, nil},
		"an empty integer":                 {`{"f":""}`, integer(fields.Integer{}), nil, nil},
		"a required integer that is empty": {`{"f":""}`, integer(fields.Integer{Required: true}), nil, told("Value: ''. Value should not be empty.")},
		"a required integer is absent":     {`{}`, integer(fields.Integer{Required: true}), nil, told("Value: 'None'. Value is required.")},
		"an integer below its bounds":      {`{"f":"-1"}`, integer(fields.Integer{Min: 0, Max: 7}), nil, told("Value: '-1'. Value should be between 0 and 7.")},
		"an integer above its bounds":      {`{"f":29}`, integer(fields.Integer{Min: 20, Max: 28}), nil, told("Value: '29'. Value should be between 20 and 28.")},
		"an integer below its only bound":  {`{"f":0}`, integer(fields.Integer{Min: 1}), nil, told("Value: '0'. Value should be at least 1.")},
		"an integer beyond all numbers":    {`{"f":"99999999999999999999"}`, integer(fields.Integer{Min: 1, Max: 10}), nil, told("Value: '99999999999999999999'. Value should be between 1 and 10.")},
		"a fraction":                       {`{"f":1.5}`, integer(fields.Integer{}), nil, told("Value: '1.5'. Value should be an integer.")},
		"words for an integer":             {`{"f":"ten"}`, integer(fields.Integer{}), nil, told("Value: 'ten'. Value should be an integer.")},
		"an underscore among digits":       {`{"f":"1_0"}`, integer(fields.Integer{}), nil, told("Value: '1_0'. Value should be an integer.")},
		"a boolean for an integer":         {`{"f":true}`, integer(fields.Integer{}), nil, told("Value: 'true'. Value should be an integer.")},

		"a boolean":                        {`{"f":true}`, truth(true), true, nil},
		"a boolean as a string":            {`{"f":"FaLsE"}`, truth(true), false, nil},
		"an absent boolean":                {`{}`, truth(false), nil, nil},
		"an empty boolean":                 {`{"f":""}`, truth(false), nil, nil},
		"a required boolean that is empty": {`{"f":""}`, truth(true), nil, told("Value: ''. Value should not be empty.")},
		"a number for a boolean":           {`{"f":1}`, truth(false), nil, told("Value: '1'. Value should be true or false.")},
		"a word for a boolean":             {`{"f":"yes"}`, truth(false), nil, told("Value: 'yes'. Value should be true or false.")},

		"a network":                  {`{"f":"10.1.2.3/16"}`, network, netip.MustParsePrefix("10.1.2.3/16"), nil},
		"a network of IPv6":          {`{"f":"fd00::/16"}`, network, netip.Prefix{}, told("Value: 'fd00::/16'. Value should be an IPv4 CIDR, for example 10.100.0.0/16.")},
		"an address for a network":   {`{"f":"10.0.0.1"}`, network, netip.Prefix{}, told("Value: '10.0.0.1'. Value should be an IPv4 CIDR, for example 10.100.0.0/16.")},
		"a network that is small":    {`{"f":"10.0.0.0/25"}`, network, netip.Prefix{}, told("Value: '10.0.0.0/25'. The prefix should be at most /24.")},
		"a network that is required": {`{}`, network, netip.Prefix{}, told("Value: 'None'. Value is required.")},

		"an address":                       {`{"f":"192.168.0.5"}`, address, "192.168.0.5", nil},
		"an address range with host bits":  {`{"f":"10.10.22.3/24"}`, address, "10.10.22.3/24", nil},
		"an address range of IPv6":         {`{"f":"2001:DB8::1/64"}`, address, "2001:DB8::1/64", nil},
		"an address with a zone":           {`{"f":"fe80::1%eth0"}`, address, "", told("Value: 'fe80::1%eth0'. Value should be an IPv4 or IPv6 address or CIDR.")},
		"an address of IPv4 within IPv6":   {`{"f":"::ffff:10.0.0.1"}`, address, "", told("Value: '::ffff:10.0.0.1'. Value should be an IPv4 or IPv6 address or CIDR.")},
		"a name for an address":            {`{"f":"host"}`, address, "", told("Value: 'host'. Value should be an IPv4 or IPv6 address or CIDR.")},
		"an address that is not there":     {`{"f":""}`, address, "", told("Value: ''. Value should not be empty.")},
		"an address with too many numbers": {`{"f":"10.0.0.0.1"}`, address, "", told("Value: '10.0.0.0.1'. Value should be an IPv4 or IPv6 address or CIDR.")},

		"a list":                         {`{"f":["a","b"]}`, list(fields.List{Required: true, Distinct: true}), []string{"a", "b"}, nil},
		"an empty list":                  {`{"f":[]}`, list(fields.List{}), []string{}, nil},
		"an absent list":                 {`{}`, list(fields.List{}), none, nil},
		"a required list that is empty":  {`{"f":[]}`, list(fields.List{Required: true}), none, told("The list should not be empty.")},
		"a required list that is absent": {`{}`, list(fields.List{Required: true}), none, told("Value: 'None'. Value is required.")},
		"a list with a number":           {`{"f":["a",1]}`, list(fields.List{}), none, told("Value should be a list of strings.")},
		"a string for a list":            {`{"f":"a"}`, list(fields.List{}), none, told("Value: 'a'. Value should be a list of strings.")},
		"a list with a hole":             {`{"f":["a",""]}`, list(fields.List{}), none, told("The list should not have empty items.")},
		"a list with an item twice":      {`{"f":["a","b","a"]}`, list(fields.List{Distinct: true}), none, told("a is given twice.")},
		"a list that may repeat":         {`{"f":["a","a"]}`, list(fields.List{}), []string{"a", "a"}, nil},
		"a list as one string":           {`{"f":"a:b"}`, list(fields.List{Separator: ":"}), []string{"a", "b"}, nil},
		"an empty list as one string":    {`{"f":""}`, list(fields.List{Separator: ":"}), none, nil},
		"a required list as an empty string": {
			`{"f":""}`, list(fields.List{Separator: ":", Required: true}), none, told("Value: ''. Value should not be empty.")},
		"a list as one string with a hole": {`{"f":"a::b"}`, list(fields.List{Separator: ":"}), none, told("Value: 'a::b'. The list should not have empty items.")},

		"objects":                        {`{"f":[{},{}]}`, count(fields.Objects{Required: true}), 2, nil},
		"objects as text":                {`{"f":"[{}]"}`, count(fields.Objects{AsText: true}), 1, nil},
		"objects as text where none may": {`{"f":"[{}]"}`, count(fields.Objects{}), 0, told("Value: '[{}]'. Value should be a list of objects.")},
		"objects as an empty text":       {`{"f":""}`, count(fields.Objects{AsText: true}), 0, nil},
		"objects as an empty text, forbidden": {
			`{"f":""}`, count(fields.Objects{}), 0, told("Value: ''. Value should be a list of objects.")},
		"required objects that are none":   {`{"f":[]}`, count(fields.Objects{Required: true}), 0, told("The list should not be empty.")},
		"text that is no JSON for objects": {`{"f":"[{"}`, count(fields.Objects{AsText: true}), 0, told("Value: '[{'. Value should be a list of objects.")},
		"an object for objects":            {`{"f":{}}`, count(fields.Objects{}), 0, told("Value should be a list of objects.")},
		"a number among objects": {`{"f":[{},1]}`, count(fields.Objects{}), 1,
			[]string{"Invalid input for field/attribute f/1. Value should be an object."}},
	} {
		t.Run(name, func(t *testing.T) {
			o := read(t, row.body)
			if diff := cmp.Diff(row.want, row.read(o), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(row.fault, details(o.Err())); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAllFaultsAreToldTogether(t *testing.T) {
	o := read(t, `{"node_count":"many","labels":{"pods_network_subnet":"29","user_script":5,"extra_volumes":[{"volume_size":0,"volume_appkey":7}]},"nodegroup":[]}`)
	o.Integer("node_count", fields.Integer{Required: true})
	labels := o.Object("labels", true)
	labels.Integer("pods_network_subnet", fields.Integer{Min: 20, Max: 28})
	labels.Text("user_script", fields.Text{})
	for _, volume := range labels.Objects("extra_volumes", fields.Objects{AsText: true}) {
		volume.Integer("volume_size", fields.Integer{Min: 1})
		volume.Text("volume_appkey", fields.Text{})
	}
	if o.Object("nodegroup", true) != nil || o.Object("absent", true) != nil || o.Object("missing", false) != nil {
		t.Error("what is no object reads as one")
	}
	o.Clash("node_count", "The cluster has %d.", 3)
	o.Add(fields.Clash("Cluster %s is busy.", "c"), fields.Refused("No."))
	want := []string{
		"Invalid input for field/attribute node_count. Value: 'many'. Value should be an integer.",
		"Invalid input for field/attribute labels/pods_network_subnet. Value: '29'. Value should be between 20 and 28.",
		"Invalid input for field/attribute labels/user_script. Value should be a string.",
		"Invalid input for field/attribute labels/extra_volumes/0/volume_size. Value: '0'. Value should be at least 1.",
		"Invalid input for field/attribute labels/extra_volumes/0/volume_appkey. Value should be a string.",
		"Invalid input for field/attribute nodegroup. Value should be an object.",
		"Invalid input for field/attribute absent. Value: 'None'. Value is required.",
		"Invalid input for field/attribute node_count. Value: 'many'. The cluster has 3.",
		"Cluster c is busy.",
		"No.",
	}
	if diff := cmp.Diff(want, details(o.Err())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := o.Err().Error(); got != strings.Join(want, " ") {
		t.Errorf("the error reads %q", got)
	}
	if err := o.Fresh().Err(); err != nil {
		t.Errorf("a fresh reader knows of %v", err)
	}
}

func TestStatusAndTitle(t *testing.T) {
	clash, refused := fields.Clash("Cluster c is busy. Wait."), fields.Refused("No")
	if clash.Title() != "Cluster c is busy" || refused.Title() != "No" {
		t.Errorf("titles are %q and %q", clash.Title(), refused.Title())
	}
	for name, row := range map[string]struct {
		faults []fields.Fault
		want   int
	}{
		"clashes only":             {[]fields.Fault{clash, clash}, 409},
		"a refusal among clashes":  {[]fields.Fault{clash, refused, clash}, 400},
		"a fault without a status": {[]fields.Fault{{Message: "No."}}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			known, _ := errors.AsType[*fields.Error](fields.Join(row.faults...))
			if got := known.Status(); got != row.want {
				t.Errorf("status %d, want %d", got, row.want)
			}
		})
	}
	if err := fields.Join(); err != nil {
		t.Errorf("no faults are %v", err)
	}
}

// FuzzRead holds that any body can be read in any way, and that no secret is told.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"f":"x","volume_appkey":{"a":["hunter2"]}}`))
	f.Add([]byte(`{"f":[{"f":1}],"user_script":"hunter2"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		decoded, faults := params.DecodeObject(body, "body")
		if len(faults) > 0 {
			return
		}
		o := fields.Read(decoded)
		for _, name := range []string{"f", "volume_appkey", "user_script", "contents", "extra_volumes"} {
			o.Text(name, fields.Text{Required: true, Max: 3})
			o.Integer(name, fields.Integer{Required: true, Min: 1, Max: 3})
			o.Bool(name, true)
			o.CIDR(name, true)
			o.Address(name)
			o.List(name, fields.List{Required: true, Distinct: true})
			o.Object(name, true)
			o.Objects(name, fields.Objects{Required: true, AsText: true})
		}
		known, _ := errors.AsType[*fields.Error](o.Err())
		if known == nil {
			t.Fatal("a value is of all types at once")
		}
		for _, fault := range known.Faults {
			if fault.Field != "f" && fault.Value != nil {
				t.Fatalf("told %s", fault.Detail())
			}
		}
	})
}
