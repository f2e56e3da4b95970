#!/usr/bin/env bash
# The same controller on this project's framework, on controller-runtime and on kube-rs, against one API server, in turns:
#   controllers.sh BIN_DIR OUT_DIR
# Writes OUT_DIR/bench-controllers.txt and .json. README.md says what is measured, and how.
# BENCH_SIZES (1000,10000), BENCH_ROUNDS (3), BENCH_SCENARIOS (cold,children,storm,relist,idle,failover) change what is done.
set -euo pipefail

bin=${1:?usage: controllers.sh BIN_DIR OUT_DIR}
out=${2:?usage: controllers.sh BIN_DIR OUT_DIR}
sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/controllers" && pwd)
cluster_command=$(cd "$sources/../../cluster" && pwd)/cluster
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/toolhive-operator
# shellcheck disable=SC1091 # checked on its own
source "$(dirname "$sources")/peers.sh"
rust_minimum=1.89.0 # rust-version in controllers/rust/Cargo.toml
cluster=bench
left_out=()

rust_is_new_enough() {
  local version
  version=$(rustc --version 2>/dev/null | cut -d' ' -f2) && command -v cargo >/dev/null &&
    [[ $(printf '%s\n' "$rust_minimum" "$version" | sort -V | head -1) == "$rust_minimum" ]]
}

build_rust() {
  local program
  program=$(cached bench-rust rust)
  if [[ ! -x $program ]]; then
    say "building bench-rust (three minutes the first time)"
    (cd "$sources/rust" && CARGO_TARGET_DIR=$cache/bench-rust-target cargo build --quiet --locked --release) >&2 || return 1
    cp "$cache/bench-rust-target/release/bench-rust" "$program"
  fi
  printf '%s\n' "$program"
}

mkdir -p "$out"
driver=$(build_go bench-driver driver)
controllers=(--controller "cpp=$bin/bench_controller")
controllers+=(--controller "go=$(build_go bench-go go)")
if ! rust_is_new_enough; then
  left_out+=(--left-out "kube-rs left out: needs rustc >= $rust_minimum with cargo (found: $(rustc --version 2>/dev/null || echo none))")
elif rust=$(build_rust); then
  controllers+=(--controller "rust=$rust")
else
  left_out+=(--left-out "kube-rs left out: it could not be built, see above")
fi

trap '"$cluster_command" down --name "$cluster" >&2' EXIT
kubeconfig=$("$cluster_command" up --name "$cluster" --control-plane)
"$cluster_command" kubectl --name "$cluster" apply -f "$sources/crd.yaml" >&2
"$cluster_command" kubectl --name "$cluster" wait --for=condition=Established crd/widgets.bench.mcpregistry.dev >&2

"$driver" "${controllers[@]}" "${left_out[@]}" --kubeconfig "$kubeconfig" --audit-log "$(dirname "$kubeconfig")/audit.log" \
  --sizes "${BENCH_SIZES:-1000,10000}" --rounds "${BENCH_ROUNDS:-3}" \
  --scenarios "${BENCH_SCENARIOS:-cold,children,storm,relist,idle,failover}" \
  --json "$out/bench-controllers.json" | tee "$out/bench-controllers.txt"
