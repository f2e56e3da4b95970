#!/usr/bin/env bash
# Prints the manifests of an installation, for kubectl apply or delete:
#
#   config/deploy.sh [--without-crds]
#
# NAMESPACE (default toolhive-system) is where the operator runs; IMAGE_PREFIX (default localhost) and IMAGE_TAG (default 0.1.0) name
# the images; KUBECTL (default kubectl) is only used to put the files together.
set -euo pipefail

config=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
namespace=${NAMESPACE:-toolhive-system}
image=${IMAGE_PREFIX:-localhost}
tag=${IMAGE_TAG:-0.1.0}
read -r -a kubectl <<<"${KUBECTL:-kubectl}"

case ${1:-} in
  '') base=default ;;
  --without-crds) base=operator ;;
  *) echo "deploy.sh: unknown option '$1'; --without-crds is known" >&2; exit 2 ;;
esac

# What goes into YAML below must be the plain words it is taken for.
for word in "$namespace" "$image" "$tag"; do
  [[ $word =~ ^[A-Za-z0-9._:/@-]+$ ]] || { echo "deploy.sh: '$word' is not the name of an image or a namespace" >&2; exit 2; }
done

# kustomize refuses absolute paths, so the overlay lies beside what it builds on, for as long as this runs.
overlay=$(mktemp -d "$config/.deploy.XXXXXX")
trap 'rm -rf "$overlay"' EXIT
cat >"$overlay/kustomization.yaml" <<END
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: $namespace
resources: [../$base]
images:
  - name: localhost/toolhive-operator
    newName: $image/toolhive-operator
    newTag: "$tag"
patches:
  - target: {kind: Deployment, name: toolhive-operator}
    patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: toolhive-operator}
      spec:
        template:
          spec:
            containers:
              - name: operator
                env: [{name: RELATED_IMAGE_REGISTRY, value: "$image/mcp-registry:$tag"}]
END
"${kubectl[@]}" kustomize "$overlay"
