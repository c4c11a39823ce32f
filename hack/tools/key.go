package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// goEnv is the part of the Go environment that changes what a build makes.
type goEnv struct {
	GOVERSION, GOOS, GOARCH string
}

// readGoEnv asks the go command that will also do the building.
func readGoEnv(root string) (goEnv, error) {
	var env goEnv
	out, err := output(goCommand(root, "env", "-json", "GOVERSION", "GOOS", "GOARCH"))
	if err != nil {
		return env, fmt.Errorf("asking the go command for its version (is Go on the PATH?): %w", err)
	}
	if err := json.Unmarshal(out, &env); err != nil {
		return env, fmt.Errorf("reading the output of go env: %w", err)
	}
	return env, nil
}

// entry is a tool with its place in the cache.
type entry struct {
	tool
	version string
	key     string // <version>-<short hash>
}

// resolve reads the version from the module file and computes the key from everything that goes into the build.
func resolve(t tool, modDir string, env goEnv) (entry, error) {
	content, err := os.ReadFile(filepath.Join(modDir, t.mod+".mod"))
	if err != nil {
		return entry{}, fmt.Errorf("reading the module file of %s: %w", t.name, err)
	}
	version, err := requiredVersion(content, t.module)
	if err != nil {
		return entry{}, fmt.Errorf("%s.mod: %w", t.mod, err)
	}
	if strings.Contains(t.flags, "%s") {
		t.flags = fmt.Sprintf(t.flags, version)
	}
	hash := sha256.New()
	fmt.Fprintln(hash, t.name, t.pkg, strings.Join(buildFlags(t), " "))
	fmt.Fprintln(hash, env.GOVERSION, env.GOOS, env.GOARCH)
	hash.Write(content)
	for _, s := range t.files {
		other, err := os.ReadFile(filepath.Join(modDir, s.mod+".mod"))
		if err != nil {
			return entry{}, fmt.Errorf("reading a module file of %s: %w", t.name, err)
		}
		fmt.Fprintln(hash, s.mod, s.module, strings.Join(s.globs, " "))
		hash.Write(other)
	}
	return entry{tool: t, version: version, key: version + "-" + short(hash.Sum(nil))}, nil
}

// resolveAll resolves rows in order.
func resolveAll(rows []tool, modDir string, env goEnv) ([]entry, error) {
	entries := make([]entry, 0, len(rows))
	for _, t := range rows {
		e, err := resolve(t, modDir, env)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// setKey is the key of a whole set of entries: it changes when any of them does.
func setKey(entries []entry) string {
	hash := sha256.New()
	for _, e := range entries {
		fmt.Fprintln(hash, e.name, e.key)
	}
	return short(hash.Sum(nil))
}

// short keeps as much of a hash as a folder name should carry.
func short(sum []byte) string { return hex.EncodeToString(sum)[:12] }

// requiredVersion finds the version that a module file requires of a module. The file is read by hand because
// golang.org/x/mod is not part of the standard library.
func requiredVersion(content []byte, module string) (string, error) {
	lines := bufio.NewScanner(bytes.NewReader(content))
	for lines.Scan() {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(lines.Text()), "require "))
		if len(fields) >= 2 && fields[0] == module && strings.HasPrefix(fields[1], "v") {
			return fields[1], nil
		}
	}
	return "", fmt.Errorf("it requires no version of %s; add a require line for it", module)
}
