#!/usr/bin/env bash
# Lays out the root folder of an image:  closure.sh BINARY ROOT
# Copies BINARY, stripped, to ROOT/usr/bin and every shared library it needs, with the dynamic loader, to where the loader looks.
set -euo pipefail

binary=${1:?usage: closure.sh BINARY ROOT}
root=${2:?usage: closure.sh BINARY ROOT}

mkdir -p "$root/usr/bin" "$root/tmp"
chmod 1777 "$root/tmp"
strip --strip-all -o "$root/usr/bin/$(basename "$binary")" "$binary"

# ldd prints "name => path (address)" for libraries and "path (address)" for the loader.
# A program that is linked statically needs none.
libraries=$(ldd "$binary" 2>&1) || grep -q 'not a dynamic executable' <<<"$libraries"
if grep -q 'not found' <<<"$libraries"; then
  echo "closure.sh: $binary misses libraries:" >&2
  grep 'not found' <<<"$libraries" >&2
  exit 1
fi
while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp --dereference "$library" "$root$library"
  strip --strip-unneeded "$root$library" 2>/dev/null || true
done < <(sed -nE 's/.*=> (\/[^ ]+) .*/\1/p; s/^[[:space:]]+(\/[^ ]+) \(.*/\1/p' <<<"$libraries" | sort -u)

# Who speaks TLS needs the authorities whose word it takes, where OpenSSL and libcurl look for them.
if grep -q 'libssl' <<<"$libraries"; then
  mkdir -p "$root/etc/ssl/certs" "$root/usr/lib/ssl"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  ln -sf /etc/ssl/certs/ca-certificates.crt "$root/usr/lib/ssl/cert.pem"
fi
