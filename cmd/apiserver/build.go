package main

import (
	"os"
	"runtime/debug"
	"time"
)

// version is what hack/build.sh says that it builds; empty in other builds.
var version string

// build says which build this is, for those who ask the API: the version that was released, else that of the module, and the
// time of the commit, or else that of the program's file.
func build() (name, buildTime string) {
	name, buildTime = "unknown", time.Unix(0, 0).UTC().Format(time.RFC3339)
	if file, err := os.Executable(); err == nil {
		if info, err := os.Stat(file); err == nil {
			buildTime = info.ModTime().UTC().Format(time.RFC3339)
		}
	}
	info, ok := debug.ReadBuildInfo()
	switch {
	case version != "":
		name = version
	case ok:
		name = info.Main.Version
	}
	if !ok {
		return name, buildTime
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.time" {
			buildTime = setting.Value
		}
	}
	return name, buildTime
}
