#!/usr/bin/env bash
# Compiles the project and the Kubernetes of its tests at the same time:  together.sh BUILD_DIR [NINJA_TARGET...]
#
# Each leaves a processor idle at times: one while it downloads and links, the other at its last files. Kubernetes is cached
# afterwards, outside the tree.
set -euo pipefail

build=${1:?usage: together.sh BUILD_DIR [NINJA_TARGET...]}
shift
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# In a process group of its own, so that it can be ended with all that it has started.
set -m
"$root/test/cluster/cluster" build >/dev/null &
kubernetes=$!
set +m
trap 'kill -TERM -- "-$kubernetes" 2>/dev/null || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Through a pipe ninja writes whole lines, which those of the other build do not cut.
NINJA_STATUS='[%f/%t files, %es] ' ninja -C "$build" -j "$(nproc)" "$@" | cat
if [[ -e /proc/$kubernetes ]]; then echo "waiting for Kubernetes"; fi
wait "$kubernetes"
trap - EXIT
