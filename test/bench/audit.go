package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// auditPolicy makes the kube-apiserver write down every read of the facade, and every access review. The log of a request is
// complete when the request is answered. Writes are left out: their cost is measured.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
  - level: Metadata
    users: ["%[1]s"]
    verbs: [get, list, watch]
  - level: Metadata
    users: ["%[1]s"]
    resources:
      - group: authentication.k8s.io
      - group: authorization.k8s.io
  - level: None
`

// calls counts what the facade asked of the kube-apiserver.
type calls struct {
	// Reads are reads of anything.
	Reads int `json:"reads"`
	// Watches are watches that ended, to be made anew: every few minutes each of them does.
	Watches int `json:"watches"`
	// Reviews are token reviews and access reviews, which are cached.
	Reviews int `json:"reviews"`
	// example is one of the reads.
	example string
}

// auditLog is the log of the kube-apiserver, read as it grows.
type auditLog struct {
	file   string
	offset int64
}

// take returns the calls since the last time.
func (a *auditLog) take() (calls, error) {
	file, err := os.Open(a.file)
	if errors.Is(err, os.ErrNotExist) {
		return calls{}, nil
	}
	if err != nil {
		return calls{}, fmt.Errorf("opening the audit log: %w", err)
	}
	defer file.Close()
	if _, err := file.Seek(a.offset, io.SeekStart); err != nil {
		return calls{}, fmt.Errorf("reading the audit log: %w", err)
	}
	taken, length, err := countCalls(file)
	a.offset += length
	return taken, err
}

// countCalls counts the events in whole lines, and returns how long these are.
func countCalls(log io.Reader) (calls, int64, error) {
	var counted calls
	var length int64
	lines := bufio.NewReader(log)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return counted, length, nil
		}
		if err != nil {
			return counted, length, fmt.Errorf("reading the audit log: %w", err)
		}
		length += int64(len(line))
		var event struct {
			Verb       string `json:"verb"`
			RequestURI string `json:"requestURI"`
			ObjectRef  struct {
				Resource string `json:"resource"`
			} `json:"objectRef"`
		}
		if err := json.Unmarshal(line, &event); err != nil {
			return counted, length, fmt.Errorf("reading a line of the audit log: %w", err)
		}
		switch {
		case strings.HasSuffix(event.ObjectRef.Resource, "reviews"):
			counted.Reviews++
		case event.Verb == "watch":
			counted.Watches++
		default:
			counted.Reads++
			counted.example = event.Verb + " " + event.RequestURI
		}
	}
}
