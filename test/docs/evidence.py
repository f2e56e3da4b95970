"""Holds docs/capability-levels.md to the tests that it names:  evidence.py ROOT

In the last column of its tables a file below test is named as `file`, and after it tests that it has as "name"."""

import pathlib
import re
import sys


def text_of(path):
    """The text with the parts of a long literal put together, as the compiler does."""
    return re.sub(r'"\s*\n\s*"', "", path.read_text()) if path.is_file() else None


def named(document):
    """Each file with the tests that are named after it."""
    for line in document.splitlines():
        if not line.startswith("| "):
            continue
        proof = line.rstrip(" |").rpartition(" | ")[2]
        for file, tests in re.findall(r'`([\w/.]+\.(?:cpp|py))`((?:,? "[^"]*")*)', proof):
            yield file, re.findall(r'"([^"]*)"', tests)


def check_evidence(root):
    """How many names are of something that is there, and how many are not."""
    passed = failed = 0
    for file, tests in named((root / "docs/capability-levels.md").read_text()):
        text = text_of(root / "test" / file)
        for test in [file] if text is None or not tests else tests:
            if text is None or (tests and test not in text):
                print(f"FAIL  docs/capability-levels.md names what is not there: test/{file}, {test}")
                failed += 1
            else:
                passed += 1
    return passed, failed


if __name__ == "__main__":
    passed, failed = check_evidence(pathlib.Path(sys.argv[1]))
    print(f"evidence: {passed} passed, {failed} failed")
    sys.exit(1 if failed or passed == 0 else 0)
