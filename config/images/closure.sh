#!/usr/bin/env bash
# Lays out the root folder of an image:  closure.sh BINARY ROOT
# Copies BINARY, stripped, to ROOT/usr/bin and every shared library it needs, with the dynamic loader, to where the loader looks. What the
# libraries are is written where scanners of images look for it, var/lib/dpkg/status.d, and the licences of all that is in there, what was
# compiled in included, to usr/share/doc.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
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

licence() { # licence PACKAGE FILE; a licence longer than 64 KiB is compressed
  mkdir -p "$root/usr/share/doc/$1"
  if (($(stat --dereference --format=%s "$2") > 65536)); then
    gzip --no-name --best <"$2" >"$root/usr/share/doc/$1/copyright.gz"
  else
    cp --dereference "$2" "$root/usr/share/doc/$1/copyright"
  fi
}
licence "$(basename "$binary")" "$here/../../LICENSE"
status=$root/var/lib/dpkg/status.d
mkdir -p "$status"
while read -r how package _; do
  file=/usr/share/doc/$package/copyright
  [[ -r $file ]] || { echo "closure.sh: $file is missing: install $package anew, with its documentation" >&2; exit 1; }
  licence "$package" "$file"
  if [[ $how == shared ]]; then
    dpkg-query --status "$package" >"$status/$package"
    # Those of its files that are here, as they are here.
    while read -r path; do
      for copy in "${path#/usr}" "/usr${path#/usr}"; do
        if [[ -f $root$copy ]]; then (cd "$root" && md5sum "${copy#/}"); fi
      done
    done < <(dpkg-query --listfiles "$package" | grep -E '\.so(\.|$)' || true) | sort -u >"$status/$package.md5sums"
  fi
done < <(if [[ -d $root/etc/ssl ]]; then dpkg-query --show --showformat 'authorities ${Package} ${Version}\n' ca-certificates; fi
  "$here/components.sh" "$binary")
rmdir --ignore-fail-on-non-empty "$status"
