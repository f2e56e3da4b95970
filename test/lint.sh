#!/usr/bin/env bash
# Checks that sources are formatted, and holds them against .clang-tidy and shellcheck:  lint.sh BUILD_DIR
set -euo pipefail

build=${1:?usage: lint.sh BUILD_DIR}
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -t sources < <(git ls-files '*.cpp' '*.hpp')
mapfile -t scripts < <(git ls-files '*.sh' .ci/run test/cluster/cluster)

echo "clang-format: ${#sources[@]} files"
clang-format --dry-run --Werror "${sources[@]}"

echo "shellcheck: ${#scripts[@]} scripts"
shellcheck --external-sources --source-path=SCRIPTDIR "${scripts[@]}"

# clang cannot read gcc's precompiled headers, so it gets the compile commands without them.
units=()
for source in "${sources[@]}"; do
  [[ $source == *.cpp ]] && grep -q "\"file\": \".*/$source\"" "$build/compile_commands.json" && units+=("$source")
done
plain=$(mktemp -d)
trap 'rm -rf "$plain"' EXIT
sed -E 's/-Winvalid-pch//; s/-include [^ ]*cmake_pch\.hxx//; s/-fpch-preprocess//' "$build/compile_commands.json" \
  >"$plain/compile_commands.json"
echo "clang-tidy: ${#units[@]} translation units"
printf '%s\0' "${units[@]}" | xargs -0 -n 4 -P "$(nproc)" clang-tidy --quiet -p "$plain"
