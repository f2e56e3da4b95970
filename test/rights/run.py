"""Runs the tests of what was granted, needed and refused whose names have the given words in them."""

import sys

import audit_test  # noqa: F401  # Each puts its tests on the list.
import rights_test  # noqa: F401
import verdict_test  # noqa: F401
from suite import run

sys.exit(run("rights", sys.argv[1], None, lambda _: None))
