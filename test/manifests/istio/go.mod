module toolhive.dev/test/manifests/istio

go 1.24

require istio.io/api v1.32.0
