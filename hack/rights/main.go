package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	config := flag.String("config", "config", "The folders with roles and bindings, separated by commas.")
	flag.Parse()
	if err := run(strings.Split(*config, ","), flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "rights:", err)
		os.Exit(1)
	}
}

// run prints the report, and fails if there is one.
func run(config, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("name the folder with the audit logs, and nothing else")
	}
	granted, err := readGrants(config...)
	if err != nil {
		return err
	}
	logs, err := filepath.Glob(filepath.Join(args[0], "*.log"))
	if err != nil || len(logs) == 0 {
		return fmt.Errorf("there are no audit logs in %s: the environments write them where SLIPWAY_AUDIT_DIR says", args[0])
	}
	used := requests{}
	for _, log := range logs {
		if err := used.readFile(log); err != nil {
			return err
		}
	}
	if len(used) == 0 {
		return fmt.Errorf("the audit logs in %s tell of no request of Slipway's", args[0])
	}
	found := compare(granted, used)
	for _, line := range found.unused {
		fmt.Println("granted, not used:", line)
	}
	for _, line := range found.missing {
		fmt.Println("used, not granted:", line)
	}
	if n := len(found.unused) + len(found.missing); n > 0 {
		return fmt.Errorf("%d differences between %d rights and what was asked for; see docs/design/016-rights.md", n, len(granted))
	}
	fmt.Printf("%d rights, all used; nothing was asked for that is not granted\n", len(granted))
	return nil
}
