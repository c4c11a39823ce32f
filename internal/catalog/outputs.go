package catalog

import (
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func (c *checker) outputs(outputs []fleetv1.AddonOutput, at string) {
	names := map[string]bool{}
	for i, output := range outputs {
		where := fmt.Sprintf("%s.outputs[%d]", at, i)
		if names[output.Name] {
			c.fault(where+".name", "%q is given twice", output.Name)
		}
		names[output.Name] = true
		switch {
		case output.Service != nil:
			c.object(output.Service.ObjectOutput, where+".service")
			c.port(output.Service.Port, where+".service.port")
		case output.Ingress != nil:
			c.object(*output.Ingress, where+".ingress")
		case output.SecretKey != nil:
			c.object(output.SecretKey.ObjectOutput, where+".secretKey")
			c.key(output.SecretKey.Key, where+".secretKey.key")
		default:
			c.fault(where, "needs service, ingress or secretKey")
		}
	}
}

// object checks the name and the namespace of what an output is read from.
func (c *checker) object(object fleetv1.ObjectOutput, at string) {
	name := strings.ReplaceAll(object.Name, "{release}", "release")
	switch problems := validation.IsDNS1123Subdomain(name); {
	case strings.ContainsAny(name, "{}"):
		c.fault(at+".name", "%q has braces around something else than release: {release} is all that is replaced", object.Name)
	case len(problems) > 0:
		c.fault(at+".name", "%q is not the name of an object", object.Name)
	}
	if problems := validation.IsDNS1123Label(object.Namespace); object.Namespace != "" && len(problems) > 0 {
		c.fault(at+".namespace", "%q is not the name of a namespace", object.Namespace)
	}
}

func (c *checker) key(key, at string) {
	if problems := validation.IsConfigMapKey(key); len(problems) > 0 {
		c.fault(at, "%q is not the key of a Secret", key)
	}
}

func (c *checker) port(port, at string) {
	if port == "" {
		return
	}
	if number, err := strconv.Atoi(port); err == nil {
		if problems := validation.IsValidPortNum(number); len(problems) > 0 {
			c.fault(at, "%s is not a port number from 1 to 65535", port)
		}
		return
	}
	if problems := validation.IsValidPortName(port); len(problems) > 0 {
		c.fault(at, "%q is neither the number nor the name of a port", port)
	}
}
