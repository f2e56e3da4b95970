#!/usr/bin/env bash
# Makes sure that Debian packages are installed:  packages.sh [--check] PACKAGE...
# As root it installs what is missing. With --check, or as another user, it says what is missing and how to get it, and fails.
set -euo pipefail

check=
if [[ ${1:-} == --check ]]; then
  check=yes
  shift
fi

missing=()
for package in "$@"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

if [[ -n $check ]]; then
  echo "missing Debian packages: ${missing[*]}" >&2
  echo "install them with:  make deps" >&2
  exit 1
fi
if ((EUID != 0)); then
  echo "missing Debian packages: ${missing[*]}" >&2
  echo "install them with:  sudo apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

echo "installing ${#missing[@]} Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get update && apt-get install --yes --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "apt-get could not install: ${missing[*]}" >&2
  exit 1
fi
