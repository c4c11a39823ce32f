package apiserver

import (
	"fmt"

	"github.com/emicklei/go-restful/v3"
	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	apiextensionsopenapi "k8s.io/apiextensions-apiserver/pkg/generated/openapi"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/endpoints/discovery"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/kube-openapi/pkg/builder3"
	"k8s.io/kube-openapi/pkg/common/restfuladapter"
)

// groupVersion is what the facade is as an aggregated API.
var groupVersion = schema.GroupVersion{Group: "rest.slipway.dev", Version: "v1alpha1"}

// groupPath is where the kube-apiserver's aggregator finds the group.
const groupPath = "/apis/rest.slipway.dev/v1alpha1"

// describe says what the server's OpenAPI documents are called. They hold Kubernetes' discovery only; each dialect serves a
// document of its own.
func describe(c *genericapiserver.Config) {
	namer := openapinamer.NewDefinitionNamer(runtime.NewScheme())
	// Of the definitions there only those are shown that discovery refers to.
	definitions := apiextensionsopenapi.GetOpenAPIDefinitions
	c.OpenAPIConfig = genericapiserver.DefaultOpenAPIConfig(definitions, namer)
	c.OpenAPIV3Config = genericapiserver.DefaultOpenAPIV3Config(definitions, namer)
	c.OpenAPIConfig.Info.Title = "Slipway REST facade"
	c.OpenAPIV3Config.Info.Title = "Slipway REST facade"
}

// installGroup makes the group known to discovery: one version without resources. What lies below it are the dialects' routes,
// which are no resources in Kubernetes' sense, so that kubectl has nothing to stumble over.
//
// The handlers go onto the plain mux: a web service of go-restful would claim every path below its own.
func installGroup(server *genericapiserver.GenericAPIServer) {
	version := metav1.GroupVersionForDiscovery{GroupVersion: groupVersion.String(), Version: groupVersion.Version}
	group := metav1.APIGroup{
		Name: groupVersion.Group, Versions: []metav1.GroupVersionForDiscovery{version}, PreferredVersion: version,
	}
	server.DiscoveryGroupManager.AddGroup(group)
	server.AggregatedDiscoveryGroupManager.AddGroupVersion(groupVersion.Group, apidiscoveryv2.APIVersionDiscovery{
		Version: groupVersion.Version, Freshness: apidiscoveryv2.DiscoveryFreshnessCurrent,
	})
	mux := server.Handler.NonGoRestfulMux
	mux.Handle("/apis/"+groupVersion.Group, discovery.NewAPIGroupHandler(server.Serializer, group))
	mux.Handle(groupPath, versionHandler(server))
}

func versionHandler(server *genericapiserver.GenericAPIServer) *discovery.APIVersionHandler {
	none := discovery.APIResourceListerFunc(func() []metav1.APIResource { return []metav1.APIResource{} })
	return discovery.NewAPIVersionHandler(server.Serializer, groupVersion, none)
}

// documentGroup adds the group to the server's OpenAPI v3 documents, after the server was prepared to run.
func documentGroup(server *genericapiserver.GenericAPIServer, c *genericapiserver.Config) error {
	service := new(restful.WebService).Path(groupPath).Doc("discovery of " + groupVersion.String())
	versionHandler(server).AddToWebService(service)
	document, err := builder3.BuildOpenAPISpecFromRoutes(
		restfuladapter.AdaptWebServices([]*restful.WebService{service}), c.OpenAPIV3Config)
	if err != nil {
		return fmt.Errorf("building the OpenAPI document of %s: %w", groupVersion, err)
	}
	server.OpenAPIV3VersionedService.UpdateGroupVersion(groupPath[1:], document)
	return nil
}
