package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

func TestFree(t *testing.T) {
	var all []string
	for cidr, ok := free(nil); ok; cidr, ok = free(all) {
		all = append(all, cidr)
	}
	if len(all) != 16 || all[0] != "10.200.0.0/20" || all[15] != "10.200.240.0/20" {
		t.Errorf("the ranges are %v", all)
	}
	if cidr, ok := free(slices.Delete(slices.Clone(all), 3, 4)); !ok || cidr != all[3] {
		t.Errorf("got %q, %t; want the range that was released, %q", cidr, ok, all[3])
	}
}

// What the page shows of the example is in the example.
func TestThePageShowsThisProgram(t *testing.T) {
	source := ""
	for _, name := range []string{"main.go", "networks.go"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source += string(content)
	}
	page, err := os.ReadFile(filepath.Join(testenv.Root(), "docs", "adapters.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(blocks) == 0 {
		t.Fatal("the page shows nothing of the program")
	}
	for _, block := range blocks {
		if !strings.Contains(source, block[1]) {
			t.Errorf("the page shows what is not in the program:\n%s", block[1])
		}
	}
}
