# One build stage, one target per binary:
#
#   docker build --target manager -t slipway-manager .
#   docker build --target apiserver -t slipway-apiserver .
#
# The kwok-adapter belongs to the local environment: it starts the control-plane binaries that it finds in --bin-dir, which
# its image does not hold.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETOS TARGETARCH
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY api api
COPY cmd cmd
COPY controllers controllers
COPY internal internal
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags "-s -w" -o /out/ ./cmd/...

FROM gcr.io/distroless/static:nonroot AS kwok-adapter
COPY --from=build /out/kwok-adapter /kwok-adapter
USER 65532:65532
ENTRYPOINT ["/kwok-adapter"]

FROM gcr.io/distroless/static:nonroot AS apiserver
COPY --from=build /out/apiserver /apiserver
USER 65532:65532
ENTRYPOINT ["/apiserver"]

FROM gcr.io/distroless/static:nonroot AS manager
COPY --from=build /out/manager /manager
USER 65532:65532
ENTRYPOINT ["/manager"]
