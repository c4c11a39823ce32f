package backup

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const (
	// format is what the first line of an archive says it is.
	format = "SlipwayBackup"
	// version is the version of the format.
	version = 1
	// maxLine is the longest line that is read: larger than any object that an API server stores.
	maxLine = 16 << 20
)

// Archive is a fleet at rest.
type Archive struct {
	// Taken is when the objects were read.
	Taken time.Time
	// Objects are as the API server had them, in the order in which they are restored: what others refer to comes first.
	Objects []*unstructured.Unstructured
}

// header is the first line of an archive.
type header struct {
	Format  string    `json:"format"`
	Version int       `json:"version"`
	Taken   time.Time `json:"taken"`
}

// footer is the last line: without it, or with another digest, the archive is not whole.
type footer struct {
	Objects int    `json:"objects"`
	SHA256  string `json:"sha256"`
}

// Write writes an archive as lines of JSON: a header, the objects, and a footer with a digest of all that comes before it.
func (a *Archive) Write(to io.Writer) error {
	sum := sha256.New()
	lines := json.NewEncoder(io.MultiWriter(to, sum))
	if err := lines.Encode(header{Format: format, Version: version, Taken: a.Taken.UTC()}); err != nil {
		return fmt.Errorf("writing the header: %w", err)
	}
	for _, object := range a.Objects {
		if err := lines.Encode(object.Object); err != nil {
			return fmt.Errorf("writing %s: %w", named(object), err)
		}
	}
	if err := json.NewEncoder(to).Encode(footer{Objects: len(a.Objects), SHA256: hex.EncodeToString(sum.Sum(nil))}); err != nil {
		return fmt.Errorf("writing the footer: %w", err)
	}
	return nil
}

// errCut tells that an archive ends before its end.
var errCut = errors.New("the archive is not whole: its last line is missing; take the backup again")

// Read reads an archive, and refuses one that is not whole or not as it was written.
func Read(from io.Reader) (*Archive, error) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, maxLine)
	sum := sha256.New()
	archive, err := readHeader(lines)
	if err != nil {
		return nil, err
	}
	sum.Write(append(bytes.Clone(lines.Bytes()), '\n'))
	for lines.Scan() {
		if end, ok := readFooter(lines.Bytes()); ok {
			return archive, check(archive, end, hex.EncodeToString(sum.Sum(nil)), lines)
		}
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(lines.Bytes()); err != nil {
			return nil, fmt.Errorf("reading object %d of the archive: %w", len(archive.Objects)+1, err)
		}
		if object.IsList() {
			return nil, fmt.Errorf("reading object %d of the archive: it is a list", len(archive.Objects)+1)
		}
		sum.Write(append(bytes.Clone(lines.Bytes()), '\n'))
		archive.Objects = append(archive.Objects, object)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading the archive: %w", err)
	}
	return nil, errCut
}

func readHeader(lines *bufio.Scanner) (*Archive, error) {
	if !lines.Scan() {
		return nil, errors.Join(errCut, lines.Err())
	}
	var head header
	if err := json.Unmarshal(lines.Bytes(), &head); err != nil || head.Format != format {
		return nil, errors.New("this is no backup of Slipway's: its first line does not say so")
	}
	if head.Version != version {
		return nil, fmt.Errorf("the archive has version %d of the format, and this program reads version %d: use the release that wrote it",
			head.Version, version)
	}
	return &Archive{Taken: head.Taken}, nil
}

// readFooter tells whether a line is the last one. No object has a digest at its top.
func readFooter(line []byte) (footer, bool) {
	var end footer
	err := json.Unmarshal(line, &end)
	return end, err == nil && end.SHA256 != ""
}

func check(archive *Archive, end footer, digest string, lines *bufio.Scanner) error {
	switch {
	case end.SHA256 != digest, end.Objects != len(archive.Objects):
		return errors.New("the archive is not as it was written: its digest differs")
	case lines.Scan():
		return errors.New("the archive goes on after its last line")
	case lines.Err() != nil:
		return fmt.Errorf("reading the archive: %w", lines.Err())
	}
	return nil
}

// named names an object in messages.
func named(object *unstructured.Unstructured) string {
	if object.GetNamespace() == "" {
		return object.GetKind() + " " + object.GetName()
	}
	return object.GetKind() + " " + object.GetNamespace() + "/" + object.GetName()
}
