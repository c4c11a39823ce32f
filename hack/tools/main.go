package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintln(os.Stderr, "tools:", err)
		os.Exit(1)
	}
}

// run is main without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("tools", flag.ContinueOnError)
	flags.SetOutput(stderr)
	printBinDir := flags.Bool("print-bin-dir", false, "after building, print the folder of links to the tools, and nothing else, on stdout")
	list := flags.Bool("list", false, "show every tool, its version and whether it is built; build nothing")
	flags.Usage = func() { usage(flags) }
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(flags.Args())
	if err != nil {
		return err
	}
	root, err := repositoryRoot()
	if err != nil {
		return err
	}
	c, err := openCache()
	if err != nil {
		return err
	}
	env, err := readGoEnv(root)
	if err != nil {
		return err
	}
	modDir := filepath.Join(root, "hack", "tools")
	all, err := resolveAll(tools, modDir, env)
	if err != nil {
		return err
	}
	wanted, err := resolveAll(chosen, modDir, env)
	if err != nil {
		return err
	}
	if *list {
		return printList(stdout, c, wanted)
	}
	b := builder{root: root, modDir: modDir, cache: c, progress: stderr}
	if err := b.ensure(ctx, all, wanted); err != nil {
		return err
	}
	if *printBinDir {
		fmt.Fprintln(stdout, c.binDir(all))
	}
	return nil
}

func usage(flags *flag.FlagSet) {
	fmt.Fprintf(flags.Output(), `Build the pinned tools that are missing, from Go module sources, into a per-user cache.

Usage: go run ./hack/tools [flags] [tool or group ...]

Groups: %s (the default is all)
Tools:  %s
Cache:  ${SLIPWAY_TOOLS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/slipway/tools}

Flags:
`, strings.Join(groupNames(), ", "), strings.Join(toolNames(), ", "))
	flags.PrintDefaults()
}

// printList shows rows as a table.
func printList(w io.Writer, c cache, entries []entry) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "TOOL\tVERSION\tGROUPS\tBUILT\tPATH")
	for _, e := range entries {
		built := "no"
		if c.has(e) {
			built = "yes"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", e.name, e.version, strings.Join(e.groups, ","), built, c.path(e))
	}
	return table.Flush()
}

// repositoryRoot walks up from the working folder to the checkout, so that the program works from any folder inside it.
func repositoryRoot() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the working folder: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "hack", "tools", "k8s.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no checkout of Slipway at or above %s; run this from inside one", start)
		}
	}
}
