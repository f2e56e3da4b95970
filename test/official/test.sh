#!/usr/bin/env bash
# The registry against the code of the official MCP registry:  test.sh BUILD_DIR. See main.go. The last line is "official: N passed,
# N failed".
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$(readlink -f "${1:?usage: test.sh BUILD_DIR}")
for part in common packages go build; do
  # shellcheck source=/dev/null # the parts that get a Go
  source "$here/../cluster/lib/$part.sh"
done
# shellcheck disable=SC2034 # read by use_go
go_minimum=1.26.0 # that of go.mod
use_go

work=$(mktemp -d)
registry=
finish() {
  if [[ -n $registry ]]; then kill "$registry" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT

cd "$here"
go build -o "$work/official" .
go build -o "$work/publisher" github.com/modelcontextprotocol/registry/cmd/publisher
schemas=$(go list -m -f '{{.Dir}}' github.com/modelcontextprotocol/registry)/internal/validators/schemas

printf 'storage: {path: "%s/data"}\n' "$work" >"$work/config"
printf '{address: 127.0.0.1, port: 0}\n' >"$work/server"
"$build/bin/mcp-registry" serve --config "$work/config" --server "$work/server" >"$work/log" 2>&1 &
registry=$!
deadline=$((SECONDS + 30))
until grep -q '"msg":"ready"' "$work/log"; do
  if ((SECONDS >= deadline)) || ! kill -0 "$registry"; then
    cat "$work/log" >&2
    exit 1
  fi
  sleep 0.05
done
port=$(sed -nE 's/.*"msg":"listening".*"port":"([0-9]+)".*/\1/p' "$work/log" | head -n 1)
"$work/official" "http://127.0.0.1:$port" "$work/publisher" "$schemas"
