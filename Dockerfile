# One build stage, one target per image: manager, apiserver, slipway-cli, kwok-adapter. For both architectures at once:
#
#   docker buildx build --platform linux/amd64,linux/arm64 --target manager --build-arg VERSION=v0.2.0 .
#
# The compiler runs on the builder's own architecture and makes the programs for the target's. What it makes does not depend on
# the machine (hack/verify-reproducible.sh). Programs are static and run as nobody, with no shell beside them.
#
# The kwok-adapter belongs to the local environment: it starts the control-plane binaries that it finds in --bin-dir, which
# its image does not hold.
FROM --platform=$BUILDPLATFORM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY hack/build.sh hack/build.sh
COPY api api
COPY cmd cmd
COPY controllers controllers
COPY internal internal
ARG TARGETOS TARGETARCH
ARG VERSION=unknown
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH SLIPWAY_VERSION=$VERSION hack/build.sh /out

FROM gcr.io/distroless/static-debian12:nonroot AS base
ARG VERSION=unknown
LABEL org.opencontainers.image.source=https://github.com/slipway-dev/slipway \
      org.opencontainers.image.licenses=Apache-2.0 \
      org.opencontainers.image.version=$VERSION
USER 65532:65532

FROM base AS kwok-adapter
COPY --from=build /out/kwok-adapter /kwok-adapter
ENTRYPOINT ["/kwok-adapter"]

FROM base AS slipway-cli
COPY --from=build /out/slipway /slipway
ENTRYPOINT ["/slipway"]

FROM base AS apiserver
COPY --from=build /out/apiserver /apiserver
ENTRYPOINT ["/apiserver"]

FROM base AS manager
COPY --from=build /out/manager /manager
ENTRYPOINT ["/manager"]
