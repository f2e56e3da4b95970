#!/usr/bin/env bash
# Reads of the registry beside nginx serving the same bytes from a file, in one run:  registry.sh BIN_DIR
# Prints medians of ROUNDS (default 5) alternating rounds of SECONDS_EACH (default 3) seconds, and their ratio. Loopback only.
set -euo pipefail

bin=${1:?usage: registry.sh BIN_DIR}
rounds=${ROUNDS:-5}
seconds=${SECONDS_EACH:-3}
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
ours=http://127.0.0.1:18080
peer=http://127.0.0.1:18081

mkdir -p "$work/files" "$work/data"
chmod 755 "$work" "$work/files"
echo "{\"storage\": {\"path\": \"$work/data\"}, \"logLevel\": \"warn\"}" >"$work/config.json"
echo '{"port": 18080, "threads": 2}' >"$work/server.json"
"$bin/mcp-registry" serve --config "$work/config.json" --server "$work/server.json" >"$work/registry.log" &
until curl -sf "$ours/ready" >/dev/null; do
  kill -0 $! 2>/dev/null || { cat "$work/registry.log" >&2; exit 1; }
  sleep 0.1
done

text=$(printf 'Says what there is to say about the subject, at some length. %.0s' {1..12})
for i in $(seq -w 1 100); do
  curl -sf -o /dev/null -H 'Content-Type: application/json' "$ours/api/v1/tools" --data "{\"name\": \"tool-$i\", \"version\": \"1.0.0\",
    \"description\": \"$text\", \"inputSchema\": {\"type\": \"object\", \"properties\": {\"subject\": {\"type\": \"string\"}}}}"
done
curl -sf "$ours/api/v1/tools/tool-042" >"$work/files/one"
curl -sf "$ours/api/v1/tools?limit=30" >"$work/files/list"

cat >"$work/nginx.conf" <<END
daemon off; worker_processes 2; pid $work/nginx.pid; error_log stderr crit;
events { worker_connections 2048; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; open_file_cache max=100; default_type application/json;
  server { listen 127.0.0.1:18081; root $work/files; }
}
END
nginx -c "$work/nginx.conf" -p "$work" &
until curl -sf "$peer/one" >/dev/null; do sleep 0.1; done

rate() { wrk -t1 -c"$1" -d"${seconds}s" "$2" | awk '/^Requests\/sec/ {print $2}'; }
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

printf '%-10s %6s %12s %12s %7s %s\n' what conns registry/s nginx/s ratio "spread of nginx"
for what in one list; do
  [[ $what == one ]] && target=tools/tool-042 || target='tools?limit=30'
  for connections in 16 256; do
    : >"$work/ours" && : >"$work/peer"
    for ((i = 0; i < rounds; i++)); do
      rate "$connections" "$ours/api/v1/$target" >>"$work/ours"
      rate "$connections" "$peer/$what" >>"$work/peer"
    done
    a=$(median <"$work/ours") b=$(median <"$work/peer")
    printf '%-10s %6s %12s %12s %7s %s\n' "GET $what" "$connections" "$a" "$b" "$(awk "BEGIN {printf \"%.2f\", $a / $b}")" \
      "$(sort -n "$work/peer" | sed -n '1p;$p' | paste -sd' ')"
  done
done
