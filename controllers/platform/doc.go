// Package platform is the controller of Platforms. It checks what an administrator wrote, counts the Clusters on each
// Platform, and keeps a deleted Platform while Clusters are on it.
//
// controllers.Setup starts it. It never touches a Cluster: the controllers of Cluster and NodePool watch Platforms
// themselves.
package platform
