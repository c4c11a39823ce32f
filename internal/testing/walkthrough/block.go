package walkthrough

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// block is one fenced block of code.
type block struct {
	line     int      // of the opening fence
	language string   // the first word after the fence
	options  []string // the other words
	lines    []string
	before   string // the text between the block before and this one
}

var (
	fence = regexp.MustCompile("^( *)(```+)\\s*(.*)$")
	// Languages in which commands are written, and which say nothing about what is a command and what is output.
	unclear = []string{"", "sh", "shell", "zsh", "shell-session", "cmd"}
)

// blocks finds the blocks of a page.
func blocks(lines []string) ([]block, error) {
	var found []block
	var open *block
	var indent, ticks string
	start := 0
	for i, line := range lines {
		match := fence.FindStringSubmatch(line)
		switch {
		case open == nil && match != nil:
			indent, ticks = match[1], match[2]
			words := strings.Fields(match[3])
			open = &block{line: i + 1, before: strings.Join(lines[start:i], "\n")}
			if len(words) > 0 {
				open.language, open.options = words[0], words[1:]
			}
		case open != nil && match != nil && match[2] == ticks && match[3] == "":
			found = append(found, *open)
			open, start = nil, i+1
		case open != nil:
			open.lines = append(open.lines, strings.TrimPrefix(line, indent))
		}
	}
	if open != nil {
		return found, fmt.Errorf("line %d: the block has no end", open.line)
	}
	return found, nil
}

// steps are what a reader does with the block.
func (b block) steps() ([]Step, error) {
	if slices.Contains(unclear, b.language) {
		return nil, fmt.Errorf("a block of %q: commands stand in console or bash, and what is no command in another language, such as text", b.language)
	}
	for _, option := range b.options {
		if name, ok := strings.CutPrefix(option, "file="); ok {
			return b.save(name)
		}
	}
	switch b.language {
	case "console":
		return b.commands()
	case "bash":
		return []Step{{Line: b.line + 1, Text: strings.Join(b.lines, "\n"), Script: true}}, nil
	}
	return nil, nil
}

// save is the step of a block that the reader saves.
func (b block) save(name string) ([]Step, error) {
	if !strings.Contains(b.before, "`"+name+"`") {
		return nil, fmt.Errorf("the text before the block does not tell the reader to save it as `%s`", name)
	}
	return []Step{{Line: b.line + 1, Text: strings.Join(b.lines, "\n") + "\n", SaveAs: name}}, nil
}

// commands are the steps of a console block.
func (b block) commands() ([]Step, error) {
	var steps []Step
	fails := slices.Contains(b.options, "fails")
	for i, line := range b.lines {
		command, isCommand := strings.CutPrefix(line, "$ ")
		more, goesOn := strings.CutPrefix(line, "> ")
		if line == ">" {
			more, goesOn = "", true
		}
		last := len(steps) - 1
		switch {
		case isCommand:
			steps = append(steps, Step{Line: b.line + 1 + i, Text: command, Fails: fails})
		case last < 0:
			return nil, errors.New("a console block begins with a command: \"$ \"")
		case goesOn && steps[last].Shown == nil:
			steps[last].Text += "\n" + more
		default:
			steps[last].Shown = append(steps[last].Shown, line)
		}
	}
	if len(steps) == 0 {
		return nil, errors.New("a console block without a command")
	}
	return steps, nil
}
