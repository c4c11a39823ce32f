package apiserver

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/spf13/pflag"
)

// NKSOptions are what the command line says about the NKS dialect.
type NKSOptions struct {
	// Strict switches on the rules of the provider's user guide.
	Strict bool
	// TaskWait is how long a write waits for another task on its cluster.
	TaskWait time.Duration
	// PublicURL is what links begin with; empty for what the request says.
	PublicURL string
	// IdentityURL is where clients that are not authenticated are told to go; empty for what links begin with.
	IdentityURL string
}

func (o *NKSOptions) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&o.Strict, "nks-strict", o.Strict,
		"Holds NKS clients to the rules of the provider's user guide too, such as upgrades by one minor version at a time.")
	flags.DurationVar(&o.TaskWait, "nks-task-wait", o.TaskWait,
		"How long a write of an NKS client waits for another task on the cluster before it is refused; less than --request-timeout. 0 refuses at once.")
	flags.StringVar(&o.PublicURL, "nks-public-url", o.PublicURL,
		"What links in answers to NKS clients begin with, such as https://nks.example.com. Empty for the scheme and host of the request.")
	flags.StringVar(&o.IdentityURL, "nks-identity-url", o.IdentityURL,
		"The URL of the identity service that NKS clients without a valid token are told. Empty for what links begin with.")
}

// validate returns everything that is wrong with the options.
func (o *NKSOptions) validate() error {
	errs := []error{validateURL("--nks-public-url", o.PublicURL), validateURL("--nks-identity-url", o.IdentityURL)}
	if o.TaskWait < 0 {
		errs = append(errs, fmt.Errorf("--nks-task-wait must not be negative, but is %s", o.TaskWait))
	}
	return errors.Join(errs...)
}

// validateURL refuses what links cannot begin with.
func validateURL(flag, text string) error {
	if text == "" {
		return nil
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" || parsed.RawQuery != "" || parsed.Fragment != "" ||
		parsed.User != nil {
		return fmt.Errorf("%s must be a URL like https://nks.example.com, not %q", flag, text)
	}
	return nil
}
