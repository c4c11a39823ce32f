package process

import (
	"io"
	"os"
	"strings"
)

// tailBytes is how much of a log's end is read for its last lines.
const tailBytes = 16 << 10

// LogTail returns the last lines of a log file, for messages about a process that ended. What cannot be read is empty.
func LogTail(file string, lines int) string {
	handle, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer handle.Close()
	if info, err := handle.Stat(); err == nil && info.Size() > tailBytes {
		if _, err := handle.Seek(-tailBytes, io.SeekEnd); err != nil {
			return ""
		}
	}
	content, err := io.ReadAll(handle)
	if err != nil {
		return ""
	}
	all := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
