#!/usr/bin/env bash
# Prints the manifests of config/default for an installation:  deploy.sh [--without-crds] [--with COMPONENT]...
#
# COMPONENT is a folder of config/components. IMAGE_PREFIX and IMAGE_TAG name the images,
# $IMAGE_PREFIX/{toolhive-operator,mcp-registry,mcp-bridge}:$IMAGE_TAG; OPERATOR_IMAGE, REGISTRY_IMAGE and BRIDGE_IMAGE name one
# each, by tag or by digest. NAMESPACE is where the operator goes. KUBECTL is the kubectl whose kustomize is used.
set -euo pipefail

fail() {
  echo "deploy.sh: $*" >&2
  exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
prefix=${IMAGE_PREFIX:-localhost}
tag=${IMAGE_TAG:-$("$root/config/version.sh")}
namespace=${NAMESPACE:-toolhive-system}
read -r -a kubectl <<<"${KUBECTL:-kubectl}"
without_crds=
components=()
while (($#)); do
  case $1 in
    --without-crds) without_crds=yes ;;
    --with)
      [[ -f $root/config/components/${2:-}/kustomization.yaml ]] ||
        fail "there is no component '${2:-}'; those in config/components are: $(cd "$root/config/components" && echo *)"
      components+=("../../config/components/$2")
      shift
      ;;
    *) fail "does not take '$1'; usage: deploy.sh [--without-crds] [--with COMPONENT]..." ;;
  esac
  shift
done
command -v "${kubectl[0]}" >/dev/null || fail "${kubectl[0]} is not installed: set KUBECTL to a kubectl, 1.25 or later"
[[ $namespace =~ ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$ ]] || fail "NAMESPACE '$namespace' is no name of a namespace"
[[ $prefix =~ ^[a-z0-9][a-z0-9._:/-]*$ ]] || fail "IMAGE_PREFIX '$prefix' is no registry and path, such as registry.example.com/team"
[[ $tag =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*$ ]] || fail "IMAGE_TAG '$tag' is no image tag"

# image NAME VARIABLE: kustomize's line for the image that the manifests call localhost/NAME.
image() {
  local reference=${!2:-$prefix/$1:$tag} name='[a-z0-9][a-z0-9._:/-]*'
  if [[ $reference =~ ^($name)@(sha256:[0-9a-f]{64})$ ]]; then
    printf '  - {name: localhost/%s, newName: "%s", digest: "%s"}\n' "$1" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
  elif [[ $reference =~ ^($name):([A-Za-z0-9_][A-Za-z0-9_.-]*)$ ]]; then
    printf '  - {name: localhost/%s, newName: "%s", newTag: "%s"}\n' "$1" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
  else
    fail "$2 '$reference' is no image by tag or digest, such as registry.example.com/team/$1@sha256:<64 digits>"
  fi
}
operator_image=$(image toolhive-operator OPERATOR_IMAGE)
registry_image=$(image mcp-registry REGISTRY_IMAGE)
bridge_image=$(image mcp-bridge BRIDGE_IMAGE)

# Kustomize takes bases by relative path only, so the overlay lies in the tree.
mkdir -p "$root/build"
overlay=$(mktemp -d "$root/build/deploy.XXXXXX")
trap 'rm -rf "$overlay"' EXIT
cat >"$overlay/kustomization.yaml" <<END
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: $namespace
resources: [../../config/default]
components: [$(IFS=,; echo "${components[*]}")]
configurations: [images.yaml]
images:
$operator_image
$registry_image
$bridge_image
# Certificates name the Service with its namespace.
replacements:
  - source: {kind: Namespace, fieldPath: metadata.name}
    targets:
      - select: {kind: Certificate}
        fieldPaths: [spec.dnsNames.*]
        options: {delimiter: ".", index: 1}
      - select: {kind: ServiceMonitor}
        fieldPaths: [spec.endpoints.*.tlsConfig.serverName]
        options: {delimiter: ".", index: 1}
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
