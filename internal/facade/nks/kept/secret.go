package kept

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"

	"github.com/slipway-dev/slipway/internal/hub"
)

// What Secrets are for; it is part of their names.
const (
	ForScripts    = "user-script"
	ForBootVolume = "boot-volume"
	ForVolumes    = "volumes"
)

// digestLength is how many digits of a digest are in the name of a Secret.
const digestLength = 10

// Secret makes the Secret of an object for a purpose.
func Secret(object, purpose string, data map[string][]byte) hub.NewSecret {
	sum := sha256.New()
	for _, key := range slices.Sorted(maps.Keys(data)) {
		sum.Write([]byte(strconv.Quote(key) + strconv.Itoa(len(data[key])) + ":"))
		sum.Write(data[key])
	}
	return hub.NewSecret{Name: object + "-" + purpose + "-" + hex.EncodeToString(sum.Sum(nil))[:digestLength], Data: data}
}
