#!/usr/bin/env bash
# Writes the OLM bundle (registry+v1) from config/ and crds/:  bundle.sh VERSION OUT_DIR
# The images are those of IMAGE_PREFIX and IMAGE_TAG; for a release give digests to the catalogue's pipeline.
set -euo pipefail

version=${1:?usage: bundle.sh VERSION OUT_DIR}
out=${2:?usage: bundle.sh VERSION OUT_DIR}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

for tool in jq yq; do
  command -v $tool >/dev/null || { echo "bundle.sh: needs $tool (Debian package $tool)" >&2; exit 1; }
done

rm -rf "$out"
mkdir -p "$out/manifests" "$out/metadata"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$here/../config/deploy.sh" >"$work/all.yaml"
yq . "$work/all.yaml" >"$work/all.json"
yq . "$here"/../config/samples/{registry,mcptool}.yaml >"$work/samples.json"

jq --slurp --from-file "$here/csv.jq" \
  --arg version "$version" --arg created "$(git -C "$here" log -1 --format=%cI -- ../config ../crds . 2>/dev/null || true)" \
  --arg icon "$(base64 --wrap=0 "$here/icon.svg")" \
  --slurpfile base "$here/csv.json" --slurpfile annotations "$here/annotations.json" --slurpfile samples "$work/samples.json" \
  "$work/all.json" >"$work/csv.json"
yq --yaml-output . "$work/csv.json" >"$out/manifests/toolhive-operator.clusterserviceversion.yaml"
# shellcheck disable=SC2016 # $name is for jq
for name in registries mcptools; do
  yq --yaml-output --arg name "$name.mcpregistry.dev" 'select(.kind == "CustomResourceDefinition" and .metadata.name == $name)' \
    "$work/all.yaml" >"$out/manifests/mcpregistry.dev_$name.yaml"
done
# shellcheck disable=SC2016 # $name is for jq
for name in mcpregistry-view mcpregistry-edit mcpregistry-admin toolhive-operator-metrics-reader toolhive-operator-server-secrets; do
  yq --yaml-output --arg name "$name" 'select(.kind == "ClusterRole" and .metadata.name == $name)' "$work/all.yaml" \
    >"$out/manifests/$name.clusterrole.yaml"
done

# OLM chooses the namespace.
yq --yaml-output 'select(.kind == "Service" and .metadata.name == "toolhive-operator") | del(.metadata.namespace)' "$work/all.yaml" \
  >"$out/manifests/toolhive-operator.service.yaml"

cat >"$out/metadata/annotations.yaml" <<END
annotations:
  operators.operatorframework.io.bundle.mediatype.v1: registry+v1
  operators.operatorframework.io.bundle.manifests.v1: manifests/
  operators.operatorframework.io.bundle.metadata.v1: metadata/
  operators.operatorframework.io.bundle.package.v1: toolhive-operator
  operators.operatorframework.io.bundle.channels.v1: stable
  operators.operatorframework.io.bundle.channel.default.v1: stable
  com.redhat.openshift.versions: v4.12
END
echo "bundle of toolhive-operator $version in $out"
