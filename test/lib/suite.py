"""Tests as functions whose first line of documentation is their name."""

import time
import traceback

tests = []


def test(function):
    tests.append(function)
    return function


def check(condition, *said):
    if not condition:
        raise AssertionError(" ".join(str(each) for each in said) or "is not so")


def equal(got, expected):
    if got != expected:
        raise AssertionError(f"expected {expected!r}\n     got {got!r}")


def run(name, words, context, after):
    """Runs the tests with `words` in their names; `after` looks at the context when one has passed. The exit code."""
    passed = failed = 0
    for function in tests:
        sentence = function.__doc__.strip().splitlines()[0].rstrip(".")
        if words not in sentence:
            continue
        start = time.monotonic()
        try:
            function(context)
            after(context)
            print(f"ok    {sentence} ({time.monotonic() - start:.1f} s)", flush=True)
            passed += 1
        except Exception as error:  # pylint: disable=broad-except  # Whatever it is, it is this test's failure.
            first = (str(error).splitlines() or [type(error).__name__])[0]
            print(f"FAIL  {sentence}: {first}", flush=True)
            traceback.print_exc()
            failed += 1
    print(f"{name}: {passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1
