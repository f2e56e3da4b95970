#!/usr/bin/env bash
# Whether targets of the Makefile are there, and what they would run is:  target.sh TARGET...
# Each script that a target names must be there and be executable, and each suite of test/run.sh be one of its suites. A target test-NAME must
# run the suite NAME, faults-all for test-faults, or a script of test/NAME.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
fail() { echo "target.sh: $*" >&2; exit 1; }

# Those that have no suite of their own name.
of_several=" test-asan test-tsan test-images test-headers "

known=" $("$root/test/run.sh" --list | tr '\n' ' ')"
for target; do
  steps=$(make -C "$root" --no-print-directory --dry-run "$target") || fail "there is no target $target"
  mapfile -t scripts < <(grep -oE '(^|[[:space:]])(test|config|manifests)/[a-z0-9/_-]+\.sh' <<<"$steps" | tr -d '[:blank:]' | sort -u)
  for script in "${scripts[@]}"; do
    [[ -x $root/$script ]] || fail "$target would run $script, which is not there"
  done
  mapfile -t suites < <(grep -oP 'test/run\.sh \K[a-z0-9 -]+' <<<"$steps" | tr ' ' '\n' | sort -u)
  for suite in "${suites[@]}"; do
    [[ $known == *" $suite "* ]] || fail "$target would run the suite $suite, which is not there"
  done
  [[ $target == test-* && $of_several != *" $target "* ]] || continue
  name=${target#test-}
  [[ " ${suites[*]} " =~ \ $name(-all)?\  || " ${scripts[*]} " == *" test/$name/"* ]] || fail "$target does not run the suite $name"
done
