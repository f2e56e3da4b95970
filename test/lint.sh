#!/usr/bin/env bash
# Checks that sources are formatted, and holds them against .clang-tidy and shellcheck:  lint.sh BUILD_DIR
set -euo pipefail

build=${1:?usage: lint.sh BUILD_DIR}
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -t sources < <(git ls-files '*.cpp' '*.hpp')
mapfile -t scripts < <(git ls-files '*.sh' .ci/run test/cluster/cluster)

echo "clang-format: ${#sources[@]} files"
clang-format --dry-run --Werror "${sources[@]}"

# Tables and examples in comments, which are indented, and addresses may be wider.
echo "comments: // alone, at most 100 columns"
awk '/(^|[[:space:]])\/\/\// || (/^ *\/\/ ?[^ ]/ && length > 100 && !/https?:/) { print FILENAME ":" FNR ": " $0; found = 1 }
  END { exit found }' "${sources[@]}"

echo "shellcheck: ${#scripts[@]} scripts"
shellcheck --external-sources --source-path=SCRIPTDIR "${scripts[@]}"

# clang cannot read gcc's precompiled headers, so it gets compile commands of its own. The batches of the unity build are
# kept: each header is read once for several files.
cmake --preset release -B "$build/lint" -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null
mapfile -t units < <(sed -nE 's/^ *"file": "(.*)",?$/\1/p' "$build/lint/compile_commands.json" | sort -u)
echo "clang-tidy: ${#units[@]} translation units"
printf '%s\0' "${units[@]}" |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy-19 --quiet -p "$build/lint" --extra-arg=-Wno-unknown-warning-option
