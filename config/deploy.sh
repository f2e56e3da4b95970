#!/usr/bin/env bash
# Prints the manifests of config/default for an installation:  deploy.sh [--without-crds]
#
# IMAGE_PREFIX and IMAGE_TAG name the images, $IMAGE_PREFIX/{toolhive-operator,mcp-registry,mcp-bridge}:$IMAGE_TAG;
# NAMESPACE is where the operator goes. KUBECTL is the kubectl whose kustomize is used.
set -euo pipefail

fail() {
  echo "deploy.sh: $*" >&2
  exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
prefix=${IMAGE_PREFIX:-localhost}
tag=${IMAGE_TAG:-0.1.0}
namespace=${NAMESPACE:-toolhive-system}
read -r -a kubectl <<<"${KUBECTL:-kubectl}"
without_crds=
case ${1:-} in
  '') ;;
  --without-crds) without_crds=yes ;;
  *) fail "does not take '$1'; usage: deploy.sh [--without-crds]" ;;
esac
command -v "${kubectl[0]}" >/dev/null || fail "${kubectl[0]} is not installed: set KUBECTL to a kubectl, 1.25 or later"
[[ $namespace =~ ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$ ]] || fail "NAMESPACE '$namespace' is no name of a namespace"
[[ $prefix =~ ^[a-z0-9][a-z0-9._:/-]*$ ]] || fail "IMAGE_PREFIX '$prefix' is no registry and path, such as registry.example.com/team"
[[ $tag =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*$ ]] || fail "IMAGE_TAG '$tag' is no image tag"

# Kustomize takes bases by relative path only, so the overlay lies in the tree.
mkdir -p "$root/build"
overlay=$(mktemp -d "$root/build/deploy.XXXXXX")
trap 'rm -rf "$overlay"' EXIT
cat >"$overlay/kustomization.yaml" <<END
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: $namespace
resources: [../../config/default]
configurations: [images.yaml]
images:
  - {name: localhost/toolhive-operator, newName: $prefix/toolhive-operator, newTag: "$tag"}
  - {name: localhost/mcp-registry, newName: $prefix/mcp-registry, newTag: "$tag"}
  - {name: localhost/mcp-bridge, newName: $prefix/mcp-bridge, newTag: "$tag"}
END
# The images of registries and of the bridge are named in the operator's environment.
cat >"$overlay/images.yaml" <<'END'
images:
  - {kind: Deployment, path: "spec/template/spec/containers[]/env[]/value"}
END
if [[ -n $without_crds ]]; then
  cat >>"$overlay/kustomization.yaml" <<'END'
patches:
  - target: {kind: CustomResourceDefinition}
    patch: |
      $patch: delete
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: any}
END
fi

"${kubectl[@]}" kustomize "$overlay"
