package apiserver
import (
 _ "k8s.io/apiserver/pkg/server"
 _ "k8s.io/apiserver/pkg/server/options"
 _ "github.com/yaacov/tree-search-language/v6/pkg/tsl"
 _ "github.com/oapi-codegen/runtime"
)
