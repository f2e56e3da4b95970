#!/bin/bash
# Builds the fault proxy, unless it was built from these sources before, and prints its path.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cluster=$here/../cluster
for part in common packages go build; do
  # shellcheck disable=SC1090 # the files of test/cluster/lib, checked on their own
  source "$cluster/lib/$part.sh"
done
# shellcheck disable=SC2034,SC2154 # associative arrays that build_program reads
link_flags[proxy]='' title[proxy]='the fault proxy'
build_program proxy
program_path proxy
