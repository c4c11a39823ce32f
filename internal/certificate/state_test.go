package certificate

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What is written is read again as it was: otherwise it would be written for ever.
func TestAStateIsReadAsItWasWritten(t *testing.T) {
	made := func() *Authority {
		t.Helper()
		a, err := NewAuthority(testPolicy, start)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for name, state := range map[string]State{
		"nothing":                   {},
		"one authority":             {Signing: made()},
		"one that is trusted":       {Signing: made().trusted(start)},
		"one and its successor":     {Signing: made().trusted(start), Next: made()},
		"old ones":                  {Signing: made(), Old: []*Authority{made().retired(start.Add(time.Hour)), made().retired(start)}},
		"an old one without an end": {Signing: made(), Old: []*Authority{made().retired(time.Time{})}},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := state.Data()
			if err != nil {
				t.Fatal(err)
			}
			again, err := ReadState(data).Data()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(data, again); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whatever stands in the Secret, what is made of it can be written, and comes to rest.
func FuzzReadState(f *testing.F) {
	a, err := NewAuthority(testPolicy, start)
	if err != nil {
		f.Fatal(err)
	}
	data, err := State{Signing: a.trusted(start)}.Data()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data[CertificateKey], data[PrivateKeyKey], data[BundleKey], data[recordsKey])
	f.Add(data[CertificateKey], []byte("no key"), data[BundleKey], []byte(`[{"fingerprint":"x","trustedUntil":"0001-01-01T00:00:00Z"}]`))
	f.Fuzz(func(t *testing.T, certificate, key, bundle, records []byte) {
		read := ReadState(map[string][]byte{
			CertificateKey: certificate, PrivateKeyKey: key, nextCertificateKey: certificate, nextPrivateKeyKey: key,
			BundleKey: bundle, recordsKey: records,
		})
		written, err := read.Data()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ReadState(written).Data()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(written, again); diff != "" {
			t.Error(diff)
		}
	})
}
