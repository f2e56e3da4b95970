#!/usr/bin/env bash
# Runs every fuzz target of a build for so many seconds, two at a time:  run.sh BIN_DIR [SECONDS] [TARGET...]
# What the targets learn is kept beside them in BIN_DIR/../corpus, what breaks them in BIN_DIR/../findings. The last line says how many found
# something; the exit code is 0 only if none did.
set -uo pipefail

bin=$(cd "${1:?usage: run.sh BIN_DIR [SECONDS] [TARGET...]}" && pwd)
seconds=${2:-600}
shift $(($# > 2 ? 2 : $#))
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
corpus=$(dirname "$bin")/corpus findings=$(dirname "$bin")/findings
export bin seconds here corpus findings
mkdir -p "$findings"

# shellcheck disable=SC2317 # xargs calls it.
one() {
  local target=$1 part dictionary code
  local -a seeds=() options=()
  case $target in
    fuzz_http_*) dictionary=$here/http/seeds.dict ;;
    fuzz_object) dictionary=$here/kube/object.dict seeds=("$here/kube/corpus") ;;
    fuzz_bridge_*) dictionary=$here/mcp/mcp.dict seeds=("$here/bridge/corpus/${target#fuzz_bridge_}") ;;
    fuzz_mcp_*) dictionary=$here/mcp/mcp.dict seeds=("$here/mcp/corpus/${target#fuzz_mcp_}") ;;
    *)
      dictionary=$here/registry/registry.dict
      if [[ -d $here/registry/corpus/${target#fuzz_registry_} ]]; then seeds=("$here/registry/corpus/${target#fuzz_registry_}"); fi
      ;;
  esac
  part=$corpus/$target
  mkdir -p "$part"
  options=(-max_total_time="$seconds" -dict="$dictionary" -artifact_prefix="$findings/$target-" -print_final_stats=1
    -timeout=10 -rss_limit_mb=2048 -max_len=8192)
  "$bin/$target" "${options[@]}" "$part" "${seeds[@]}" >"$findings/$target.log" 2>&1
  code=$?
  printf '%-28s %10s inputs, %s\n' "$target" "$(sed -nE 's/^stat::number_of_executed_units: //p' "$findings/$target.log")" \
    "$( ((code == 0)) && echo clean || echo "FOUND SOMETHING: $findings/$target.log")"
  return $((code != 0))
}
export -f one

targets=("$@")
((${#targets[@]} > 0)) || mapfile -t targets < <(cd "$bin" && ls fuzz_*)
echo "${#targets[@]} targets, $seconds s each"
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c 'one {}' && echo "no findings" && exit 0
echo "there are findings in $findings"
exit 1
