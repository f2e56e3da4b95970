#!/usr/bin/env bash
# Prints the version of the project, which CMakeLists.txt has.
set -euo pipefail

sed -nE 's/^project\(toolhive-operator VERSION ([0-9]+\.[0-9]+\.[0-9]+) .*/\1/p' \
  "$(dirname "${BASH_SOURCE[0]}")/../CMakeLists.txt"
