#!/usr/bin/env bash
# What of Debian a program is made of:  components.sh BINARY
#
# A line each, sorted: how it came in, the package and its version. `shared` is a library that the loader finds, `static` one that was
# linked in, `headers` what was compiled in from headers. The latter two are known of programs in the folder bin of a build by ninja.
set -euo pipefail

binary=$(readlink -f "${1:?usage: components.sh BINARY}")
build=$(dirname "$(dirname "$binary")")

fail() {
  echo "components.sh: $*" >&2
  exit 1
}

# Debian merged /lib into /usr/lib, and its packages still say either.
packages() { # packages HOW: of the files named on standard input
  local files
  files=$(xargs -r readlink -m -- | sed -E 'p; s,^/usr/,/,; t; s,^,/usr,' | sort -u)
  [[ -n $files ]] || return 0
  { xargs -r dpkg-query --search -- <<<"$files" 2>/dev/null || true; } | grep -v '^diversion by' |
    sed -E 's/: \/.*//; s/, /\n/g' | sort -u | xargs -r dpkg-query --show --showformat "$1 \${Package} \${Version}\n" --
}

# ldd prints "name => path (address)" for libraries and "path (address)" for the loader.
libraries=$(ldd "$binary" 2>&1) || grep -q 'not a dynamic executable' <<<"$libraries" || fail "ldd: $libraries"
dynamic=$(sed -nE 's/.*=> (\/[^ ]+) .*/\1/p; s/^[[:space:]]+(\/[^ ]+) \(.*/\1/p' <<<"$libraries")
packages shared <<<"$dynamic"

[[ -f $build/build.ninja ]] || exit 0
inputs=$(ninja -C "$build" -t inputs "bin/$(basename "$binary")")
{
  grep -E '^/.*\.a$' <<<"$inputs" || true
  # The compiler adds its own, all of them where nothing is shared.
  for library in libgcc.a ${dynamic:+crti.o} ${dynamic:-libc.a libm.a libstdc++.a}; do
    if [[ $library != /* ]]; then g++ -print-file-name="$library"; fi
  done
} | packages static
root=$(sed -nE 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$build/CMakeCache.txt")
ninja -C "$build" -t deps |
  awk -v root="$root/" 'NR == FNR { input[$0]; next } /^[^ ]/ { ours = substr($1, 1, length($1) - 1) in input; next }
    ours && $1 ~ "^/" && index($1, root) != 1 { print $1 }' <(printf '%s\n' "$inputs") - | sort -u | packages headers
