package tenancy

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
)

// scoped tells whether a token may be used where a scope is asked for: it is no JWT, or its claims scope and scp are not
// there, or one of them contains the scope. The token must have been verified.
func scoped(token, scope string) bool {
	claims := map[string]json.RawMessage{}
	if scope == "" || !readClaims(token, &claims) {
		return true
	}
	asked := false
	for _, name := range []string{"scope", "scp"} {
		claim, ok := claims[name]
		if !ok {
			continue
		}
		asked = true
		if slices.Contains(scopes(claim), scope) {
			return true
		}
	}
	return !asked
}

// scopes reads a claim: words in a string, or an array of strings.
func scopes(claim json.RawMessage) []string {
	var many []string
	if json.Unmarshal(claim, &many) == nil {
		return many
	}
	var words string
	if json.Unmarshal(claim, &words) == nil {
		return strings.Fields(words)
	}
	return nil
}

// readClaims reads what a token says about itself. It reports false if the token is no JWT.
func readClaims(token string, claims any) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	return err == nil && json.Unmarshal(payload, claims) == nil
}
