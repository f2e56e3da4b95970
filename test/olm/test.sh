#!/usr/bin/env bash
# The bundle and the catalogue installed, upgraded and removed by the Operator Lifecycle Manager itself, on the node of TOOLHIVE_CLUSTER:
#
#   test.sh [WORDS]
#
# The images of our programs are those of build/images. With WORDS only the tests with them in their names. The last line is
# "olm: N passed, N failed"; the logs of what was started are in build/olm/log.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cluster=$here/../cluster/cluster
name=${TOOLHIVE_CLUSTER:?start this through test/run.sh olm}
OUT=$(readlink -m "$here/../../build/olm")
KUBECTL=$("$cluster" build)
KUBECONFIG=$("$cluster" kubeconfig --name "$name")
export OUT KUBECTL KUBECONFIG CLUSTER=$cluster
unset IMAGE_PREFIX IMAGE_TAG OPERATOR_IMAGE REGISTRY_IMAGE BRIDGE_IMAGE NAMESPACE
# The Operator Lifecycle Manager checks itself where it finds this, and ends at what it finds.
unset CI
PROGRAMS=$OUT/programs
rm -rf "$OUT"
mkdir -p "$PROGRAMS" "$OUT/log"
export PROGRAMS
programs=(catalog olm opm cpb olm-crds image-registry)
mapfile -t paths < <("$here/programs.sh" "${programs[@]}")
for index in "${!programs[@]}"; do ln -s "${paths[index]}" "$PROGRAMS/${programs[index]}"; done

# This tree as its next version.
mkdir "$OUT/next"
(cd "$here/../.." && git ls-files --cached --others --exclude-standard -z | tar --create --null --ignore-failed-read --files-from=- 2>/dev/null) |
  tar --extract --directory "$OUT/next"
version=$("$here/../../config/version.sh")
"$OUT/next/config/set-version.sh" "${version%.*.*}.$(($(cut -d . -f 2 <<<"$version") + 1)).0" >/dev/null

"$cluster" load-image --name "$name" "$here"/../../build/images/weather.tar
PYTHONPATH="$here:$here/../manifests:$here/../lib" PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 "$here/run.py" "${1:-}"
