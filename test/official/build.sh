#!/usr/bin/env bash
# Builds the client of these tests, the official mcp-publisher and the official registry into a folder:  build.sh FOLDER
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
out=$(readlink -f "${1:?usage: build.sh FOLDER}")
for part in common packages go build; do
  # shellcheck source=/dev/null # the parts that get a Go
  source "$here/../cluster/lib/$part.sh"
done
# shellcheck disable=SC2034 # read by use_go
go_minimum=1.26.0 # that of go.mod
use_go

cd "$here"
go build -o "$out/official" .
go build -o "$out/mcp-publisher" github.com/modelcontextprotocol/registry/cmd/publisher
go build -o "$out/official-registry" github.com/modelcontextprotocol/registry/cmd/registry
ln -sfn "$(go list -m -f '{{.Dir}}' github.com/modelcontextprotocol/registry)/internal/validators/schemas" "$out/schemas"
