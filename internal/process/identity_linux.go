package process

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// errEnded is what startOf answers for a process that is gone or a zombie.
var errEnded = errors.New("no such process")

// startOf returns the boot and the clock tick at which a process began.
func startOf(pid int) (string, error) {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return "", fmt.Errorf("%w %d", errEnded, pid)
	}
	// The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	const state, threads, startTime = 0, 17, 19 // fields 3, 20 and 22 of proc(5), counted from the one after the name
	if len(fields) <= startTime || hasEnded(fields[state], fields[threads]) {
		return "", fmt.Errorf("%w %d", errEnded, pid)
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", fmt.Errorf("reading the boot's id: %w", err)
	}
	return strings.TrimSpace(string(boot)) + "/" + fields[startTime], nil
}

// hasEnded tells a zombie from a process of which only the first thread has ended yet: the others still hold its ports.
func hasEnded(state, threads string) bool {
	n, err := strconv.Atoi(threads)
	return (state == "Z" || state == "X") && (err != nil || n <= 1)
}

// scan finds running processes by the mark in their environment. Processes of other users are passed over, as their
// environment cannot be read.
func scan(match func(record string) bool) ([]*Process, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	var found []*Process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid <= 1 || pid == os.Getpid() {
			continue
		}
		record := markOf(pid)
		if record == "" || !match(record) {
			continue
		}
		started, err := startOf(pid)
		if err != nil {
			continue
		}
		found = append(found, describe(pid, started, record))
	}
	return found, nil
}

// describe prefers what the record says, when it is about this very process.
func describe(pid int, started, record string) *Process {
	if p, err := read(record); err == nil && p != nil && p.PID == pid && p.Started == started {
		return p
	}
	name := strings.TrimSuffix(filepath.Base(record), filepath.Ext(record))
	return &Process{Name: name, PID: pid, Started: started, Command: commandOf(pid), file: record}
}

// markOf reads the record's path from a process's environment; empty when it carries none.
func markOf(pid int) string {
	environ, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
	if err != nil {
		return ""
	}
	for kv := range bytes.SplitSeq(environ, []byte{0}) {
		if record, ok := bytes.CutPrefix(kv, []byte(markVariable+"=")); ok {
			return string(record)
		}
	}
	return ""
}

func commandOf(pid int) []string {
	content, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimRight(string(content), "\x00"), "\x00")
}
