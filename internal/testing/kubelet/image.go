package kubelet

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Image says what an image is on this machine.
type Image struct {
	// Program is the path of what the image's entry point starts.
	Program string
	// Arguments come before the container's own, which may say otherwise. They tell the program what it would find by itself in
	// a container; $(KUBECONFIG) and $(POD_IP) are replaced.
	Arguments []string
}

// imageName is an image's name without its tag and digest.
func imageName(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if colon := strings.LastIndex(image, ":"); colon > strings.LastIndex(image, "/") {
		image = image[:colon]
	}
	return image
}

// find returns the image of a container. A command in place of the entry point has to be the program itself.
func (o *Options) find(container *corev1.Container) (Image, error) {
	image, known := o.Images[imageName(container.Image)]
	if !known {
		return image, fmt.Errorf("no program on this machine stands for image %s", container.Image)
	}
	if len(container.Command) > 0 && filepath.Base(container.Command[0]) != filepath.Base(image.Program) {
		return image, fmt.Errorf("image %s holds %s only, and not the command %s", container.Image, filepath.Base(image.Program), container.Command[0])
	}
	return image, nil
}

// everyInterface is an argument that asks for a port of every interface, as --metrics-bind-address=:8080.
var everyInterface = regexp.MustCompile(`^(--[a-z-]+=)(:\d+)$`)

// onOwnInterface puts a pod's address where an argument means all: the only interface of a real pod is its own.
func onOwnInterface(argument, address string) string {
	return everyInterface.ReplaceAllString(argument, "${1}"+address+"${2}")
}
