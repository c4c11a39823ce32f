//go:build e2e

package hyperfleet

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// stream is an open watch.
type stream struct {
	answer *answer
	lines  chan any
}

func newStream(a *answer) *stream {
	s := &stream{answer: a, lines: make(chan any, 1000)}
	go func() {
		defer close(s.lines)
		reader := bufio.NewReader(a.stream)
		for {
			line, err := reader.ReadBytes('\n')
			if errors.Is(err, io.EOF) && len(line) == 0 || err != nil {
				return
			}
			value, err := parseJSON(line)
			if err != nil {
				value = fmt.Sprintf("no JSON: %v: %s", err, line)
			}
			s.lines <- value
		}
	}()
	return s
}

func (p *performance) closeStreams() {
	for _, s := range p.streams {
		s.answer.stream.Close()
	}
}

// follow waits for the wished events. Bookmarks come when they like: they are passed over where none is wished for. So are events
// that say what an event before said, where the wish is another one: a change may be told in several steps.
func (p *performance) follow(s step) error {
	open := p.streams[s.Stream]
	if open == nil {
		return fmt.Errorf("no stream is called %s", s.Stream)
	}
	for i, wish := range s.Events {
		node, err := p.vars.node(&wish)
		if err != nil {
			return err
		}
		event, err := p.next(open, node, s.Repeats)
		if err != nil {
			return fmt.Errorf("event %d: %w", i, err)
		}
		if i == len(s.Events)-1 {
			if err := p.save(s.Save, event); err != nil {
				return err
			}
		}
	}
	if s.Ends {
		if _, err := p.next(open, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!any"}, false); !errors.Is(err, io.EOF) {
			return fmt.Errorf("the stream does not end: %w", err)
		}
	}
	return nil
}

func (p *performance) next(open *stream, wish *yaml.Node, repeats bool) (any, error) {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		select {
		case <-p.ctx.Done():
			return nil, p.ctx.Err()
		case <-deadline.C:
			return nil, fmt.Errorf("nothing came in %s", patience)
		case event, more := <-open.lines:
			if !more {
				return nil, io.EOF
			}
			wrong := append(match("", wish, event, true), shapeOfEvent(event, open.answer)...)
			if len(wrong) == 0 {
				return event, nil
			}
			passable := repeats || typeOfEvent(event) == "BOOKMARK" || typeOfEvent(event) == "MODIFIED"
			if !passable || typeOfEvent(event) == wishedType(wish) && typeOfEvent(event) == "BOOKMARK" {
				return nil, fmt.Errorf("%v\n%s", wrong, show(event))
			}
		}
	}
}

func typeOfEvent(event any) string {
	whole, _ := event.(*object)
	return whole.text("type")
}

func wishedType(wish *yaml.Node) string {
	for i := 0; i+1 < len(wish.Content); i += 2 {
		if wish.Content[i].Value == "type" {
			return wish.Content[i+1].Value
		}
	}
	return ""
}

// shapeOfEvent checks the form of a line of a stream.
func shapeOfEvent(event any, a *answer) []mismatch {
	s := &shape{}
	whole, ok := event.(*object)
	if !ok {
		s.demand(false, "", "%v", event)
		return s.wrong
	}
	s.order("", "event", whole)
	inner := whole.child("object")
	switch {
	case whole.text("type") == "BOOKMARK":
		s.order("/object", "bookmark", inner)
		s.demand(inner.text("resource_version") != "", "/object/resource_version", "is empty")
	case !strings.Contains(a.request.target, "fields="):
		s.resource("/object", inner)
	}
	return s.wrong
}
