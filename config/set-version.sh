#!/usr/bin/env bash
# Gives the project another version:  set-version.sh X.Y.Z
#
# CMakeLists.txt has the version; this writes it there, and into the files that must name it and cannot read it: kustomize's, the OpenAPI
# document, the catalogue's channel and the commands of documents. What has been there under "Unreleased" in CHANGELOG.md becomes the new
# version's. What is generated follows by `make manifests`.
set -euo pipefail

fail() {
  echo "set-version.sh: $*" >&2
  exit 1
}

new=${1:-}
[[ $new =~ ^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$ ]] || fail "'$new' is no version such as 1.2.3; usage: set-version.sh X.Y.Z"
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
old=$("$root/config/version.sh")
[[ $new != "$old" && $(printf '%s\n' "$old" "$new" | sort -V | tail -n 1) == "$new" ]] || fail "$new is not later than $old"
cd "$root"

# replace FILE PATTERN: the old version after what PATTERN, an extended regular expression, matches.
replace() {
  grep -qE -- "$2${old//./\\.}" "$1" || fail "$1 does not have '$2$old'"
  sed -i -E -- "s#($2)${old//./\\.}#\\1$new#g" "$1"
}
replace CMakeLists.txt '^project\(toolhive-operator VERSION '
replace config/manager/manager.yaml 'localhost/[a-z-]+:'
replace registry/api/openapi.json '^  "version": "'
replace docs/api-reference.md '\{"name":"mcp-registry","version":"'
replace docs/bridge.md 'localhost/mcp-bridge:'
replace docs/operations.md 'IMAGE_TAG='
replace docs/plugin.md '/toolhive/v'
replace docs/security.md 'build/release-'
replace README.md 'IMAGE_TAG='

# On top of the channel, whose entries end the file: the new version replaces the old one.
package=toolhive-operator catalog=manifests/source/catalog.yaml
[[ $(grep -E "^ +- name: $package\.v" "$catalog" | tail -n 1) == *"$package.v$old" ]] || fail "$catalog does not end with $package.v$old"
printf '      - name: %s.v%s\n        replaces: %s.v%s\n' "$package" "$new" "$package" "$old" >>"$catalog"

sed -i "0,/^## \\[Unreleased\\]\$/s//## [Unreleased]\n\n## [$new] - $(date -u +%F)/" CHANGELOG.md
echo "$old is $new now; then: make manifests, make test, commit"
