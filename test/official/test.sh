#!/usr/bin/env bash
# The registry against the code of the official MCP registry:  test.sh BUILD_DIR. See main.go. The last line is "official: N passed,
# N failed".
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$(readlink -f "${1:?usage: test.sh BUILD_DIR}")
work=$(mktemp -d)
registry=
database=
finish() {
  if [[ -n $registry ]]; then kill "$registry" 2>/dev/null || true; fi
  # A PostgreSQL server that lives as long as its standard input is open.
  if [[ -n $database ]]; then exec {database}>&-; fi
  rm -rf "$work"
}
trap finish EXIT

"$here/build.sh" "$work"

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

mkfifo "$work/orders" "$work/answers"
"$here/../stores/postgres.sh" <"$work/orders" >"$work/answers" &
exec {database}>"$work/orders"
read -r -t 60 _ folder postgres_port <"$work/answers"
url="postgres://postgres@/postgres?host=$folder&port=$postgres_port"
"$work/official" "http://127.0.0.1:$port" "$work/mcp-publisher" "$work/schemas" "$work/official-registry" "$url" "$build/bin/mcp-registry"
