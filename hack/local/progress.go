package main

import (
	"fmt"
	"io"
	"time"
)

// progress tells the user what is going on, one line at a time, each with the time since the start.
type progress struct {
	out     io.Writer
	started time.Time
}

func newProgress(out io.Writer) *progress { return &progress{out: out, started: time.Now()} }

func (p *progress) say(format string, args ...any) {
	fmt.Fprintf(p.out, "[%5.1fs] %s\n", time.Since(p.started).Seconds(), fmt.Sprintf(format, args...))
}

// note writes a text without the time.
func (p *progress) note(format string, args ...any) { fmt.Fprintf(p.out, format+"\n", args...) }
