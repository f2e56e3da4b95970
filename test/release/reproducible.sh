#!/usr/bin/env bash
# Compiles the programs once more, in another folder and without a cache: they must have the same bytes.
#   reproducible.sh BUILD_DIR. The last line is "reproducible: N passed, N failed".
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(readlink -f "${1:?usage: reproducible.sh BUILD_DIR}")
programs=(toolhive-operator mcp-registry mcp-bridge kubectl-mcp)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tree=$work/a/longer/path/toolhive
mkdir -p "$tree"
git -C "$root" ls-files -z --cached --others --exclude-standard | tar -C "$root" --null --files-from=- -cf - | tar -C "$tree" -xf -
cd "$tree"
export CCACHE_DISABLE=1
cmake --preset release >/dev/null
ninja -C build/release "${programs[@]}"

passed=0 failed=0
for program in "${programs[@]}"; do
  if cmp "$build/bin/$program" "build/release/bin/$program"; then
    echo "ok    $program: $(sha256sum <"$build/bin/$program" | head -c 64)"
    passed=$((passed + 1))
  else
    echo "FAIL  $program is another one when it is compiled again"
    failed=$((failed + 1))
  fi
done
echo "reproducible: $passed passed, $failed failed"
((failed == 0))
