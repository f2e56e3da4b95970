#!/usr/bin/env bash
# Runs test suites and adds up what they counted:  run.sh SUITE..., or --list, which names them. "stores" has a few kills of "kills", which
# has KILLS (default 1000). "faults" is a sample of "faults-all", always the same; FAULTS_SEED=N takes another one. DOCUMENTS=WORDS has
# "commands" run only documents with the words in their names.
# BUILD_DIR names the build to test (default build/release). The last line is "N passed, N failed"; the exit code is 0 only if nothing
# failed and every suite ran at least one test.
set -uo pipefail

suites=(unit stores kills page official docs commands schemathesis contracts conformance bridge manifests release reproducible installed upgrade
  integration old-kubernetes e2e addons rights own-namespace cluster faults faults-all olm)
if [[ ${1:-} == --list ]]; then
  printf '%s\n' "${suites[@]}"
  exit
fi

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${BUILD_DIR:-$root/build/release}
cluster=$root/test/cluster/cluster
passed=0
failed=0
logs=$build/test-logs
mkdir -p "$logs"
failures=() # one line each, repeated at the end, where a reader of a long log looks first

# Adds NAME's counts; a program that ends without counting has crashed, and counts as one failure.
count() {
  local name=$1 good=$2 bad=$3
  if [[ -z $good || $((good + bad)) -eq 0 ]]; then
    good=0 bad=1
    echo "$name: ended without running a test"
    failures+=("$name: ended without running a test")
  fi
  printf '%-24s %4d passed, %d failed\n' "$name" "$good" "$bad"
  passed=$((passed + good)) failed=$((failed + bad))
}

# Runs a doctest executable. Its own output is shown when something fails; lines that say how a test ended, while it runs.
doctest() {
  local name=$1
  echo "running $name"
  doctest_run "$@"
  doctest_count "$name"
}

doctest_run() { # doctest_run NAME PROGRAM ARG...: NAME.log, and its exit code beside it
  local name=$1 program=$2
  shift 2
  if [[ ! -x $program ]]; then
    echo "$program is not built" >"$logs/$name.log"
    echo 127 >"$logs/$name.code"
    return
  fi
  "$program" "$@" --no-colors=true 2>&1 | tee "$logs/$name.log" | grep --line-buffered '^\[ *[0-9.]* s\] '
  echo "${PIPESTATUS[0]}" >"$logs/$name.code"
}

doctest_count() { # doctest_count NAME: what doctest_run left
  local name=$1 code summary good bad
  local log=$logs/$name.log
  # Without one whoever was to write it is gone.
  code=$(cat "$logs/$name.code" 2>/dev/null || echo 127)
  summary=$(grep -E '^\[doctest\] test cases:' "$log" | tail -n 1)
  good=$(sed -nE 's/.*\| *([0-9]+) passed.*/\1/p' <<<"$summary")
  bad=$(sed -nE 's/.*\| *([0-9]+) failed.*/\1/p' <<<"$summary")
  # A crash or a sanitizer's report after the summary is a failure although every case passed.
  if ((code != 0 && ${bad:-0} == 0)); then bad=1; fi
  if ((${bad:-1} != 0)) || [[ -z $good ]]; then
    tail -n 400 "$log"
    mapfile -t -O "${#failures[@]}" failures < <(failed_cases "$name" "$log")
    ((code < 124)) || failures+=("$name: the program ended with exit code $code")
  fi
  count "$name" "$good" "${bad:-0}"
}

# The name of each failed case, with the first check of it that failed and what doctest says of its values.
failed_cases() {
  awk -v suite="$1" '
    said > 0 { if ($0 == "") { said = 0 } else { said--; print suite ":   " substr($0, 1, 300) } }
    /^TEST CASE: / { name = substr($0, 13); next }
    /: (FATAL )?ERROR: / && name != "" { print suite ": " name ": " $0; name = ""; said = 6 }' "$2"
  grep -E '^(WARNING|ERROR): (Address|Thread|Leak)Sanitizer|: runtime error: ' "$2" | head -n 5
}

unit() {
  local part
  for part in base http bridge plugin http_listener kube mcp runtime operator registry; do
    doctest "unit/$part" "$build/bin/test_$part"
  done
  script includes "$root/test/includes/test.sh"
}

stores() { doctest stores "$build/bin/test_stores"; }
kills() { KILLS=${KILLS:-1000} doctest kills "$build/bin/test_stores" --test-case='*killed at random moments*'; }

with_cluster() { # with_cluster NAME "FLAG..." COMMAND...: a cluster that "up" starts with these flags, for the time of one command
  local name=$1 flags
  read -ra flags <<<"$2"
  shift 2
  trap '"$cluster" down --name "$name" >/dev/null 2>&1' EXIT
  if "$cluster" up --name "$name" "${flags[@]}"; then
    KUBECONFIG=$("$cluster" kubeconfig --name "$name")
    export KUBECONFIG TOOLHIVE_CLUSTER=$name
    "$@"
    unset KUBECONFIG TOOLHIVE_CLUSTER
  else
    count "$name cluster" "" 0
  fi
  "$cluster" down --name "$name"
  trap - EXIT
}

integration() { with_cluster "it-$$" --control-plane on_a_control_plane; }
on_a_control_plane() {
  doctest integration "$build/bin/test_integration"
  # An installed library built with a sanitizer would ask its users for the same.
  if [[ $build != *san ]]; then script consumer "$root/test/consumer/test.sh" "$build"; fi
}

# An API server of the generation of the oldest that is supported.
old-kubernetes() { with_cluster "old-$$" "--control-plane --kubernetes 1.25" on_an_old_control_plane; }
on_an_old_control_plane() {
  # What it cannot do: streaming lists, without which every other case lists by pages; and, before 1.30, to let be what a field held
  # when its pattern came (docs/operations.md says so to users).
  local newer="a streaming list gives every object and then says that it did"
  newer+=",what was stored before its field had a pattern can be told so and let go"
  doctest old-kubernetes "$build/bin/test_integration" --test-case-exclude="$newer"
  script manifests "$root/test/manifests/test.sh"
}
e2e() { with_cluster "e2e-$$" --node on_a_node e2e; }

# on_a_node NAME ARG...: first, one by one, what touches more than a namespace of its own (the suite "alone"), which deploys the
# operator too. Then the rest, E2E_JOBS files of tests at a time, for most of their time goes to waiting. When most of it fails, each
# wait takes its full time: a few failures of a file say enough.
on_a_node() {
  local name=$1 program=$build/bin/test_e2e part file
  local -a parts=() among
  shift
  mkdir -p "$logs/$name"
  rm -f "$logs/$name"/*
  doctest "$name/alone" "$program" --test-suite=alone --abort-after=10 "$@"
  local -x TOOLHIVE_INSTALLED=yes
  for file in "$root"/test/e2e/*_test.cpp; do
    among=("--test-suite-exclude=alone,addons" "--source-file=*/$(basename "$file")" "$@")
    # A file may have nothing but what is run alone.
    if "$program" "${among[@]}" --count | grep -q 'filters: 0$'; then continue; fi
    part=$name/$(basename "$file" _test.cpp)
    parts+=("$part")
    while (($(jobs -rp | wc -l) >= ${E2E_JOBS:-3})); do wait -n; done
    doctest_run "$part" "$program" "${among[@]}" --abort-after=5 &
  done
  wait
  for part in "${parts[@]}"; do doctest_count "$part"; done
  # None may have been left out between the suites and the files.
  local all ran
  all=$("$program" --test-suite-exclude=addons "$@" --count | sed -nE 's/.*filters: ([0-9]+)$/\1/p')
  ran=$(cat "$logs/$name"/*.log | grep -E '^\[doctest\] test cases:' | sed -E 's/[^0-9]*([0-9]+) .*/\1/' | paste -sd+)
  ((all == ran)) || count "$name: of $all tests $((ran)) were run, which" "" 0
}

# What clusters get beside Kubernetes, real, where it takes minutes to compile.
addons() { with_cluster "addons-$$" --node doctest addons "$build/bin/test_e2e" --test-suite=addons; }

# All of that under the rights of the bundle and no others, and those rights held against what was asked. Without streaming lists, in
# which a watch is a list as well, the operator asks for everything that it ever needs.
rights() { with_cluster "rights-$$" "--node --feature-gates WatchList=false" in_the_bundles_rights; }
# It is about the names of config/; the roles of a bundle are named by who installs it.
named="the operator's Deployment* and roles are named toolhive-operator"
in_the_bundles_rights() {
  install_bundle rights || return 0
  TOOLHIVE_INSTALLED=yes on_a_node rights-e2e --test-case-exclude="$named"
  script rights "$root/test/rights/test.sh"
}
install_bundle() { # install_bundle NAME: counts as a failure of NAME
  "$root/test/rights/install.sh" >"$logs/$1-install.log" 2>&1 && return
  tail -n 20 "$logs/$1-install.log"
  count "$1" "" 0
  return 1
}

# And where it is installed for its own namespace alone, by Roles: there is one namespace, so that the tests run one after the other.
own-namespace() { with_cluster "own-$$" --node in_its_own_namespace; }
in_its_own_namespace() {
  local -x TOOLHIVE_OWN_NAMESPACE=yes E2E_JOBS=1
  install_bundle own-namespace || return 0
  # What has Registries or MCPTools in more than one namespace, deletes its own, or tells it from the operator's by network policies.
  local elsewhere="an MCPTool of another namespace registers only where*,servers of every project are found in a namespace that agrees*"
  elsewhere+=",kubectl mcp import brings into a registry*,a namespace with a Registry and its MCPTools can be deleted"
  elsewhere+=",a Registry lets in its namespace*,the policies for a service mesh*"
  TOOLHIVE_INSTALLED=yes on_a_node own-namespace --test-case-exclude="$named,$elsewhere"
}

faults() {
  local -x FAULTS_SAMPLE=${FAULTS_SAMPLE:-3} FAULTS_SEED=${FAULTS_SEED:-1}
  with_cluster "faults-$$" --node in_the_network faults
}
faults-all() {
  local -x FAULTS_SAMPLE=
  with_cluster "faults-$$" --node in_the_network faults-all
}
# The operator that these tests start reaches the servers of MCPTools as one in a pod would: by name.
in_the_network() {
  if ! "$root/test/faults/prepare.sh" "$TOOLHIVE_CLUSTER" >"$logs/$1-prepare.log" 2>&1; then
    tail -n 20 "$logs/$1-prepare.log"
    count "$1" "" 0
    return
  fi
  doctest "$1" "$cluster" exec --name "$TOOLHIVE_CLUSTER" -- "$build/bin/test_faults"
}

# Runs a script that prints "ok", "FAIL" and at its end "NAME: N passed, N failed".
script() {
  local name=$1 summary
  shift
  local log=$logs/$name.log
  echo "running $name"
  if ! "$@" >"$log" 2>&1; then
    tail -n 60 "$log"
    mapfile -t -O "${#failures[@]}" failures < <(sed -n "s/^FAIL  /$name: /p" "$log")
  fi
  summary=$(grep -E "^$name: [0-9]+ passed, [0-9]+ failed" "$log" | tail -n 1)
  count "$name" "$(sed -nE 's/^[a-z]+: ([0-9]+) passed.*/\1/p' <<<"$summary")" \
    "$(sed -nE 's/.* ([0-9]+) failed.*/\1/p' <<<"${summary:-0 failed}")"
}
page() { script page "$root/test/page/test.sh" "$build"; }
official() { script official "$root/test/official/test.sh" "$build"; }
docs() { script docs "$root/test/docs/test.sh" "$build"; }
commands() { with_cluster "commands-$$" --node script commands "$root/test/docs/commands.sh" "$build" "${DOCUMENTS:-}"; }
conformance() { script conformance "$root/test/conformance/test.sh" "$build"; }
bridge() { script bridge "$root/test/bridge/test.sh" "$build"; }
contracts() { script contracts "$root/test/contracts/test.sh" "$build"; }
schemathesis() { script schemathesis "$root/test/schemathesis/test.sh" "$build"; }
manifests() { with_cluster "manifests-$$" --control-plane script manifests "$root/test/manifests/test.sh"; }
reproducible() { script reproducible "$root/test/release/reproducible.sh" "$build"; }
release() { script release "$root/test/release/test.sh" "$build"; }
installed() { with_cluster "installed-$$" --node script installed "$root/test/manifests/node.sh"; }
olm() { with_cluster "olm-$$" --node script olm "$root/test/olm/test.sh"; }
upgrade() { with_cluster "upgrade-$$" --node script upgrade "$root/test/upgrade/test.sh" "$build"; }
cluster() { script cluster "$root/test/cluster/test.sh"; }

mkdir -p "$logs/unit"
for suite in "$@"; do
  if [[ " ${suites[*]} " != *" $suite "* ]]; then
    echo "run.sh: unknown suite '$suite'; there are: ${suites[*]}" >&2
    exit 2
  fi
  "$suite"
done
for failure in "${failures[@]}"; do echo "failed: $failure"; done
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
