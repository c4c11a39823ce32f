// Package kubelet runs Pods as processes of this machine, so that a chart or a kustomization can be installed into a control
// plane that has no nodes, and really work there. Package management composes it with a control plane; nothing else calls it.
//
// It registers one Node and acts on the Pods that are bound to it as a kubelet does: volumes become files, a token is asked for
// the pod's service account, init containers run first, probes are made, what ends is restarted, SIGTERM comes before SIGKILL,
// and the status of the Pod tells of all of it. Deployments, Jobs, Services and EndpointSlices need nothing more: their
// controllers do the rest.
//
// What is different from a real node:
//
//   - An image is a program on this machine (Options.Images), known by the image's name without its tag.
//   - A process sees the whole file system. Where arguments and variables name the path of a mount, they get the folder that
//     holds its files; what programs look for at fixed paths, they must be told (Image.Arguments), as KUBECONFIG tells them of
//     the service account. Nothing is isolated, and resources are not limited.
//   - The network is one machine's. Every Pod has an address in 10.244.0.0/16, which its status and EndpointSlices tell, and
//     one in 127.97.0.0/16 of the same last two numbers, on which its process listens: the downward API and POD_IP give the
//     latter, and an argument that ends in =:PORT gets it. kube-apiserver finds the way by the proxy of Egress; processes do not
//     reach Services.
//
// Only Linux has the addresses that this needs. Processes end with the program that started them, whatever ends that.
package kubelet
