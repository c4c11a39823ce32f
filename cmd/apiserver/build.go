package main

import (
	"os"
	"runtime/debug"
	"time"
)

// build says which build this is, for those who ask the API: the version of the module, and the time of the commit, or else
// that of the program's file.
func build() (version, buildTime string) {
	version, buildTime = "unknown", time.Unix(0, 0).UTC().Format(time.RFC3339)
	if file, err := os.Executable(); err == nil {
		if info, err := os.Stat(file); err == nil {
			buildTime = info.ModTime().UTC().Format(time.RFC3339)
		}
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version, buildTime
	}
	version = info.Main.Version
	for _, setting := range info.Settings {
		if setting.Key == "vcs.time" {
			buildTime = setting.Value
		}
	}
	return version, buildTime
}
