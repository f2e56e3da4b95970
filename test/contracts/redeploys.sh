#!/usr/bin/env bash
# What the registry and two tools of PyPI say of ten redeploys, as the table of docs/comparison.md:  redeploys.sh BUILD_DIR
# Wrong answers are in bold. The tools are installed once, by checksum.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$(readlink -f "${1:?usage: redeploys.sh BUILD_DIR}")
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/toolhive-operator
tools=$cache/redeploys-$(sha256sum <"$here/requirements.txt" | head -c 16)
if [[ ! -d $tools ]]; then
  echo "installing mcp-compat and mcp-contract" >&2
  rm -rf "$tools.new"
  /usr/bin/python3 -m venv "$tools.new"
  "$tools.new/bin/pip" --quiet --disable-pip-version-check install --require-hashes --no-deps --only-binary :all: -r "$here/requirements.txt" >&2
  mv "$tools.new" "$tools"
fi
exec env PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/redeploys.py" "$build/bin/contract_verdicts" "$tools/bin/python"
