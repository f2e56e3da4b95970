#!/usr/bin/env bash
# Installs the framework, builds a project against it that knows nothing of this tree, and runs that:  test.sh BUILD_DIR
# $KUBECONFIG names the cluster. Also holds docs/framework.md against the example that was compiled.
set -uo pipefail

build=$(realpath "${1:?usage: test.sh BUILD_DIR}")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check() { # check SENTENCE COMMAND...
  local sentence=$1
  shift
  if "$@" >"$work/out" 2>&1; then
    echo "ok    $sentence"
    passed=$((passed + 1))
  else
    echo "FAIL  $sentence"
    tail -n 40 "$work/out"
    failed=$((failed + 1))
  fi
}

installs() { cmake --install "$build" --prefix "$work/prefix" --component framework; }
compiles() {
  mkdir -p "$work/src" &&
    cp "$root/test/integration/runtime/"greeter.{cpp,hpp} \
      "$root/test/consumer/"{CMakeLists.txt,await_greeting.cpp,greeter_test.cpp} "$work/src/" &&
    (cd "$work/prefix/include/toolhive" && find . -name '*.hpp' -printf '#include "%P"\n') >"$work/src/headers.cpp" &&
    cmake -G Ninja -S "$work/src" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" &&
    cmake --build "$work/build"
}
greets() {
  local greeter greeted=1
  "$work/build/greeter" &
  greeter=$!
  "$work/build/await_greeting" default && greeted=0
  kill -TERM "$greeter" && wait "$greeter" && return "$greeted"
}
documented() { # documented FILE: some block of code of the page is the file
  awk -v file="$1" 'BEGIN { while ((getline line < file) > 0) wanted = wanted line "\n" }
    /^```/ { found = found || (inside && text == wanted); inside = ($0 == "```cpp"); text = ""; next }
    inside { text = text $0 "\n" }
    END { exit !found }' "$root/docs/framework.md"
}

check "the framework installs" installs
check "a project outside the tree builds with find_package" compiles
check "and its controller runs against the API server, and ends well when it is told to" greets
check "and that controller's own test passes without one" "$work/build/greeter_test"
check "the example in docs/framework.md is the one that was compiled" documented "$root/test/integration/runtime/greeter.cpp"
check "and so is the test of it" documented "$root/test/consumer/greeter_test.cpp"
echo "consumer: $passed passed, $failed failed"
((failed == 0))
