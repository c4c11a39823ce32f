package catalog

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// prerelease tells the pre-releases of Kubernetes from the suffixes that distributions put in the same place, as in
// v1.33.1-eks-1a2b3c: those name the same version.
var prerelease = regexp.MustCompile(`^(alpha|beta|rc)([.\-0-9]|$)`)

// parseClusterVersion reads the version that a cluster reports, for example v1.33.1, v1.33.1-eks-1a2b3c or v1.33.1+k3s1.
func parseClusterVersion(text string) (*semver.Version, error) {
	v, err := semver.NewVersion(strings.TrimSpace(text))
	if err != nil {
		return nil, fmt.Errorf("%q is not a version: %w", text, err)
	}
	plain, err := v.SetMetadata("")
	if err != nil {
		return nil, fmt.Errorf("reading the version %q: %w", text, err)
	}
	if v.Prerelease() != "" && !prerelease.MatchString(v.Prerelease()) {
		if plain, err = plain.SetPrerelease(""); err != nil {
			return nil, fmt.Errorf("reading the version %q: %w", text, err)
		}
	}
	return &plain, nil
}

// parseRange reads a semver range. Pre-releases count as what they are: versions before the release.
func parseRange(text string) (*semver.Constraints, error) {
	constraint, err := semver.NewConstraint(text)
	if err != nil {
		return nil, fmt.Errorf("%q is not a range of versions, for example >=1.29.0 <1.34.0", text)
	}
	constraint.IncludePrerelease = true
	return constraint, nil
}

// inRange tells whether a version lies in a range. An empty range holds all.
func inRange(text string, version *semver.Version) (bool, error) {
	if strings.TrimSpace(text) == "" {
		return true, nil
	}
	constraint, err := parseRange(text)
	if err != nil {
		return false, err
	}
	return constraint.Check(version), nil
}

// parsePattern reads one of clusterVersions. It has to match the whole text.
func parsePattern(text string) (*regexp.Regexp, error) {
	// On its own first: "a)|(b" would compile within the group and match more than it says.
	if _, err := regexp.Compile(text); err != nil {
		return nil, fmt.Errorf("%q is not a regular expression (RE2): %w", text, err)
	}
	return regexp.MustCompile(`^(?:` + text + `)$`), nil
}
