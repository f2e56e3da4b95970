#!/usr/bin/env bash
# Compiles what the demo needs, and says how long that takes:  build.sh BUILD_DIR NINJA_TARGET...
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [[ -n ${KUBECONFIG:-} ]]; then
  echo "Compiling the two programs: a few minutes the first time."
  exec ninja -C "$@"
fi
cat <<END
The first time on a machine this compiles
  the two programs (a few minutes on two processors), and at the same time
  Kubernetes and CoreDNS (about seven minutes on two processors), which stay in ~/.cache.
What is there already is not compiled again. The demo comes after that.
END
exec "$root/config/build/together.sh" "$@"
