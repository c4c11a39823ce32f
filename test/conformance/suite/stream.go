package suite

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"

	"go.yaml.in/yaml/v3"
)

// stream is an open watch.
type stream struct {
	answer *Answer
	lines  chan any
}

func newStream(a *Answer) *stream {
	s := &stream{answer: a, lines: make(chan any, 1000)}
	go func() {
		defer close(s.lines)
		reader := bufio.NewReader(a.Stream)
		for {
			line, err := reader.ReadBytes('\n')
			if errors.Is(err, io.EOF) && len(line) == 0 || err != nil {
				return
			}
			value, err := ParseJSON(line)
			if err != nil {
				value = fmt.Sprintf("no JSON: %v: %s", err, line)
			}
			s.lines <- value
		}
	}()
	return s
}

func (p *Performance) closeStreams() {
	for _, s := range p.streams {
		s.answer.Stream.Close()
	}
}

// follow waits for the wished events. Bookmarks come when they like: they are passed over where none is wished for. So are events
// that say what an event before said, where the wish is another one: a change may be told in several steps.
func (p *Performance) follow(s Step) error {
	open := p.streams[s.Stream]
	if open == nil {
		return fmt.Errorf("no stream is called %s", s.Stream)
	}
	for i, wish := range s.Events {
		node, err := p.Node(&wish)
		if err != nil {
			return err
		}
		event, err := p.next(open, node, s.Repeats)
		if err != nil {
			return fmt.Errorf("event %d: %w", i, err)
		}
		if i == len(s.Events)-1 {
			if err := p.Save(s.Save, event); err != nil {
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

func (p *Performance) next(open *stream, wish *yaml.Node, repeats bool) (any, error) {
	deadline := time.NewTimer(Patience)
	defer deadline.Stop()
	for {
		select {
		case <-p.Ctx.Done():
			return nil, p.Ctx.Err()
		case <-deadline.C:
			return nil, fmt.Errorf("nothing came in %s", Patience)
		case event, more := <-open.lines:
			if !more {
				return nil, io.EOF
			}
			wrong := append(Match("", wish, event, true), p.formOfEvent(event, open.answer)...)
			if len(wrong) == 0 {
				return event, nil
			}
			passable := repeats || typeOfEvent(event) == "BOOKMARK" || typeOfEvent(event) == "MODIFIED"
			if !passable || typeOfEvent(event) == wishedType(wish) && typeOfEvent(event) == "BOOKMARK" {
				return nil, fmt.Errorf("%v\n%s", wrong, Show(event))
			}
		}
	}
}

func typeOfEvent(event any) string {
	whole, _ := event.(*Object)
	return whole.Text("type")
}

func wishedType(wish *yaml.Node) string {
	for i := 0; i+1 < len(wish.Content); i += 2 {
		if wish.Content[i].Value == "type" {
			return wish.Content[i+1].Value
		}
	}
	return ""
}

func (p *Performance) formOfEvent(event any, a *Answer) []Mismatch {
	if _, ok := event.(*Object); !ok {
		return []Mismatch{{"", "is no object: " + Show(event)}}
	}
	if p.World.dialect.Event == nil {
		return nil
	}
	return p.World.dialect.Event(event, a)
}
