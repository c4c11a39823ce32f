package signature

import (
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Key is an access key, and whom it stands for.
type Key struct {
	// AccessKey is its name, SecretKey the key itself.
	AccessKey, SecretKey string
	// User and Groups are those of whoever signs with it.
	User   string
	Groups []string
}

// String keeps the key itself out of logs.
func (k Key) String() string { return "access key of " + k.User }

// GoString keeps the key itself out of logs.
func (k Key) GoString() string { return k.String() }

// Fault is why a Secret holds no access key. It quotes nothing of the Secret.
type Fault struct {
	// Key is the key in the Secret's data.
	Key string
	// Message says what would be right.
	Message string
}

// Error implements error.
func (f *Fault) Error() string { return "data." + f.Key + " " + f.Message }

// reserved begins the names that Kubernetes gives: nobody becomes one of them by an access key.
const reserved = "system:"

// ReadKey reads the data of a Secret of type fleetv1.SecretTypeAccessKey. With a fault the Key has its AccessKey, if that can be
// one, and nothing else. The webhook refuses what ReadKey refuses; readers ask again, for a Secret may be older than the
// webhook.
func ReadKey(data map[string][]byte) (Key, *Fault) {
	named := Key{AccessKey: string(data[fleetv1.AccessKeyID])}
	if !AccessKey(named.AccessKey) {
		return Key{}, &Fault{fleetv1.AccessKeyID, "must be up to 128 visible ASCII characters, without a comma or a blank"}
	}
	key := named
	if key.SecretKey = string(data[fleetv1.AccessKeySecret]); key.SecretKey == "" {
		return named, &Fault{fleetv1.AccessKeySecret, "must not be empty"}
	}
	if key.User = string(data[fleetv1.AccessKeyUser]); !identity(key.User) {
		return named, &Fault{fleetv1.AccessKeyUser, "must be the name of a user, without blanks around it, that does not begin with " + reserved}
	}
	if groups := string(data[fleetv1.AccessKeyGroups]); groups != "" {
		key.Groups = strings.Split(groups, ",")
	}
	for _, group := range key.Groups {
		if !identity(group) {
			return named, &Fault{fleetv1.AccessKeyGroups,
				"must be names of groups, separated by commas without blanks, of which none begins with " + reserved}
		}
	}
	return key, nil
}

// identity tells whether a text can be the name of a user or a group.
func identity(name string) bool {
	return name != "" && strings.TrimSpace(name) == name && !strings.HasPrefix(name, reserved)
}
