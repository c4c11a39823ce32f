// Command tools builds the pinned programs that development, tests and the local environment need, from Go module sources,
// into a per-user cache. It is called by the Makefile and by hack/local:
//
//	go run ./hack/tools                      build whatever is missing
//	go run ./hack/tools etcd lint            build one tool and one group
//	go run ./hack/tools --print-bin-dir test build the group "test", print the folder that holds it
//	go run ./hack/tools --list               show every tool and whether it is built
//
// Each tool is a row of the table in table.go and has its own <mod>.mod and <mod>.sum here, used with -modfile, so that no
// tool's dependencies ever mix with those of the project or of another tool. Never run "go mod tidy -modfile=…" at the root:
// it would write the project's requirements into the tool's file.
//
// A cache entry is keyed by all that goes into it (module file, Go version, platform, flags). Nothing half-made is ever
// visible under a key: a tool is built under a temporary name and renamed. One lock per cache makes runs at once safe. The
// program uses the standard library only, because it must compile in a second on a fresh machine, and it never downloads a
// binary.
package main
