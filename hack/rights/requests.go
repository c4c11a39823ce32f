package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"
)

// request is what a service account asked for; requests that are alike are one.
type request struct {
	account string
	// atHome tells that it was about the account's own namespace.
	atHome bool
	// verb, group, resource and name are as in grant.
	verb, group, resource, name string
	// allowed tells what RBAC said, and role which of its roles allowed it.
	allowed bool
	role    string
}

func (r request) String() string {
	text := grant{account: r.account, verb: r.verb, group: r.group, resource: r.resource, name: r.name}.String()
	text = strings.TrimSuffix(text, " ()")
	if !r.allowed {
		return text + " (refused)"
	}
	return text + " (allowed by " + r.role + ")"
}

// requests are what was asked for, and how often.
type requests map[request]int

// accountPattern is the user name of a service account.
var accountPattern = regexp.MustCompile(`^system:serviceaccount:([^:]+):([^:]+)$`)

// rolePattern finds the role in what RBAC says of a request that it allows.
var rolePattern = regexp.MustCompile(`of (?:Cluster)?Role "([^"]+)"`)

const (
	decision = "authorization.k8s.io/decision"
	reason   = "authorization.k8s.io/reason"
)

// readFile takes the requests of an audit log.
func (r requests) readFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening an audit log: %w", err)
	}
	defer file.Close()
	if err := r.read(file); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return nil
}

func (r requests) read(from io.Reader) error {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil // a line without an end was being written when the API server ended
		}
		if err != nil {
			return err
		}
		event := auditv1.Event{}
		if err := json.Unmarshal(line, &event); err != nil {
			return err
		}
		r.take(event)
	}
}

// take counts what an event tells. What is about no resource, discovery and health, everybody may ask for. An apply of what did not
// exist is a creation too, and the API server asks for the right to that.
func (r requests) take(event auditv1.Event) {
	account := accountPattern.FindStringSubmatch(event.User.Username)
	if account == nil || event.ObjectRef == nil || event.ObjectRef.Resource == "" {
		return
	}
	about := event.ObjectRef
	made := request{
		account: account[2], atHome: about.Namespace == account[1],
		verb: event.Verb, group: about.APIGroup, resource: about.Resource, name: about.Name,
		allowed: event.Annotations[decision] != "forbid",
	}
	if about.Subresource != "" {
		made.resource += "/" + about.Subresource
	}
	if role := rolePattern.FindStringSubmatch(event.Annotations[reason]); role != nil {
		made.role = role[1]
	}
	r[made]++
	if made.verb == "patch" && event.ResponseStatus != nil && event.ResponseStatus.Code == 201 {
		made.verb = "create"
		r[made]++
	}
}
