package signature_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/signature"
)

func keyData(pairs ...string) map[string][]byte {
	data := map[string][]byte{"accessKey": []byte("AK0001"), "secretKey": []byte("hush"), "user": []byte("jane"), "groups": []byte("dev,ops")}
	for i := 0; i < len(pairs); i += 2 {
		data[pairs[i]] = []byte(pairs[i+1])
	}
	return data
}

func TestReadKey(t *testing.T) {
	want := signature.Key{AccessKey: "AK0001", SecretKey: "hush", User: "jane", Groups: []string{"dev", "ops"}}
	got, fault := signature.ReadKey(keyData())
	if fault != nil {
		t.Fatal(fault)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got, fault = signature.ReadKey(keyData("groups", ""))
	if fault != nil || got.Groups != nil {
		t.Errorf("without groups: %v, %v", got.Groups, fault)
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		data map[string][]byte
		want string
	}{
		"nothing":                      {nil, "data.accessKey must"},
		"no access key":                {keyData("accessKey", ""), "data.accessKey must"},
		"an access key with a line":    {keyData("accessKey", "AK0001\n"), "data.accessKey must"},
		"an access key with a comma":   {keyData("accessKey", "a,b"), "data.accessKey must"},
		"an access key too long":       {keyData("accessKey", strings.Repeat("k", 129)), "data.accessKey must"},
		"no secret key":                {keyData("secretKey", ""), "data.secretKey must"},
		"no user":                      {keyData("user", ""), "data.user must"},
		"a user with a blank":          {keyData("user", "jane "), "data.user must"},
		"a user of Kubernetes' own":    {keyData("user", "system:admin"), "data.user must"},
		"a service account":            {keyData("user", "system:serviceaccount:a:b"), "data.user must"},
		"a group of Kubernetes' own":   {keyData("groups", "dev,system:masters"), "data.groups must"},
		"a group with a blank":         {keyData("groups", "dev, system:masters"), "data.groups must"},
		"an empty group":               {keyData("groups", "dev,"), "data.groups must"},
		"a group that is a blank only": {keyData("groups", " "), "data.groups must"},
	} {
		t.Run(name, func(t *testing.T) {
			key, fault := signature.ReadKey(test.data)
			if fault == nil || !strings.Contains(fault.Error(), test.want) {
				t.Fatalf("got %v, want %s", fault, test.want)
			}
			if key.SecretKey != "" || key.User != "" || key.Groups != nil {
				t.Errorf("a key that is refused says more than its name: %#v", key)
			}
		})
	}
}

func TestKeysAreNotPrinted(t *testing.T) {
	key, fault := signature.ReadKey(keyData())
	if fault != nil {
		t.Fatal(fault)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, value := range []any{key, &key, struct{ signature.Key }{key}} {
			if text := fmt.Sprintf(verb, value); strings.Contains(text, "hush") {
				t.Errorf("%s of %T prints the key: %s", verb, value, text)
			}
		}
	}
}

func FuzzReadKey(f *testing.F) {
	f.Add("AK", "hush", "jane", "dev,ops")
	f.Fuzz(func(t *testing.T, accessKey, secretKey, user, groups string) {
		key, fault := signature.ReadKey(keyData("accessKey", accessKey, "secretKey", secretKey, "user", user, "groups", groups))
		if fault != nil {
			return
		}
		for _, name := range append([]string{key.User}, key.Groups...) {
			if name == "" || strings.HasPrefix(strings.TrimSpace(name), "system:") {
				t.Errorf("%q and %q give %q", user, groups, name)
			}
		}
	})
}
