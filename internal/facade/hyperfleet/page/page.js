// Shows the OpenAPI document that lies beside the page. Its paths are turned into those under which this page was reached, so that
// trying a request also works behind a proxy and through the kube-apiserver.
"use strict";

const assets = new URL(".", document.currentScript.src);
const home = new URL("../..", assets).pathname.replace(/\/(v1\/)?$/, "");

fetch(new URL("../../openapi", assets))
  .then((answer) => answer.json())
  .then((spec) => {
    spec.paths = Object.fromEntries(
      Object.entries(spec.paths).map(([path, item]) => [path.replace(/^\/api\/hyperfleet/, home), item]),
    );
    SwaggerUIBundle({
      spec,
      domNode: document.getElementById("page"),
      deepLinking: true,
      docExpansion: "list",
      // Its validator is a service on the internet.
      validatorUrl: null,
    });
  })
  .catch((error) => {
    document.getElementById("page").textContent = `The document cannot be shown: ${error.message}`;
  });
