// Package page is the interactive page of the HyperFleet API: it shows the OpenAPI document and lets people try requests. It works
// without the internet: all that it loads comes from here, and its headers forbid anything else.
//
// The dialect serves it beside the document: the page as openapi.html, its files below openapi/assets. The page finds both
// relative to itself, so that it works under every path the dialect is mounted at. assets/ is written by
// hack/update-openapi-page.sh and never edited. The package never shows anything but the document: it knows no objects.
package page
