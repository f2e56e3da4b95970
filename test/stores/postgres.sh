#!/usr/bin/env bash
# A PostgreSQL server of its own, for as long as somebody holds its standard input:  postgres.sh
# Prints "ready FOLDER PORT": FOLDER holds its Unix socket (user postgres, no password) and its TLS authority server.crt, PORT is on
# 127.0.0.1, and on 127.0.0.2, which its certificate does not name (TLS, passwords). Lines on standard input are obeyed and answered
# with "ok": kill (with SIGKILL), stop, start. With POSTGRES_ADDRESS it is on that address as well, for clients from anywhere, by TLS; with POSTGRES_PORT at that port. When standard input ends, however its other end went away, the server is stopped and
# FOLDER removed.
set -euo pipefail

fail() { echo "postgres.sh: $*" >&2; exit 1; }
bin=$(find /usr/lib/postgresql/*/bin -name initdb -printf '%h\n' 2>/dev/null | sort -V | tail -n 1)
[[ -n $bin ]] || fail "needs the Debian package postgresql"

as_user=()
if ((EUID == 0)); then as_user=(setpriv --reuid=postgres --regid=postgres --clear-groups); fi
folder=$(mktemp -d /tmp/registry-postgres-XXXXXX)
data=$folder/data
cleanup() {
  if [[ -f $data/postmaster.pid ]]; then "${as_user[@]}" "$bin/pg_ctl" -D "$data" -m immediate stop >/dev/null 2>&1 || true; fi
  rm -rf "$folder"
}
trap cleanup EXIT
trap '' INT TERM HUP # Ends with its input.
if ((EUID == 0)); then chown postgres: "$folder"; fi
chmod 755 "$folder"
cd "$folder"

"${as_user[@]}" "$bin/initdb" -D "$data" -U postgres --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 \
  >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; fail "initdb failed"; }
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext "subjectAltName=DNS:localhost,IP:127.0.0.1${POSTGRES_ADDRESS:+,IP:$POSTGRES_ADDRESS}" \
  -keyout "$data/server.key" -out "$data/server.crt" 2>/dev/null
cp "$data/server.crt" "$folder/server.crt"
chmod 600 "$data/server.key"
if ((EUID == 0)); then chown postgres: "$data/server.key" "$data/server.crt"; fi
# A kill loses nothing that the operating system has: without syncs the tests show the same and take half the time. Benches set
# POSTGRES_FSYNC=on.
cat >>"$data/postgresql.conf" <<END
unix_socket_directories = '$folder'
listen_addresses = '127.0.0.1,127.0.0.2${POSTGRES_ADDRESS:+,$POSTGRES_ADDRESS}'
ssl = on
max_connections = 60
shared_buffers = 32MB
restart_after_crash = on
fsync = ${POSTGRES_FSYNC:-off}
END

if [[ -n ${POSTGRES_ADDRESS:-} ]]; then echo "hostssl all all all scram-sha-256" >>"$data/pg_hba.conf"; fi

port=
start() { "${as_user[@]}" "$bin/pg_ctl" -D "$data" -w -t 60 -l "$folder/server.log" -o "-p $port" start >/dev/null 2>&1; }
for _ in {1..20}; do
  port=${POSTGRES_PORT:-$((20000 + RANDOM % 12000))}
  if start; then break; fi
  port=
done
[[ -n $port ]] || { tail -n 20 "$folder/server.log" >&2; fail "the server does not start"; }
echo "ready $folder $port"

while read -r order; do
  case $order in
    kill)
      postmaster=$(head -n 1 "$data/postmaster.pid")
      mapfile -t backends < <(pgrep -P "$postmaster")
      kill -KILL "$postmaster" "${backends[@]}"
      while kill -0 "$postmaster" 2>/dev/null; do sleep 0.01; done
      ;;
    stop) "${as_user[@]}" "$bin/pg_ctl" -D "$data" -w -m fast stop >/dev/null ;;
    start) start || { tail -n 20 "$folder/server.log" >&2; fail "the server does not start again"; } ;;
    *) fail "unknown order '$order'" ;;
  esac
  echo ok
done
