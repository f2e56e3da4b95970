#!/usr/bin/env bash
# Holds a bundle against the validators of operator-framework/api, and our own rules:  validate.sh BUNDLE
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
bundle=${1:?usage: validate.sh BUNDLE}
mapfile -t tools < <("$here/tools.sh" validate)
"${tools[0]}" "$bundle"
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/bundle_rules.py" "$bundle"
