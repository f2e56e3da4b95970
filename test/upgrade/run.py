"""Runs the tests of upgrades that have the given words in their names."""

import sys

import crds_test  # noqa: F401  # Each puts its tests on the list.
import upgrade_test  # noqa: F401
from suite import run

sys.exit(run("upgrade", sys.argv[1], None, lambda _: None))
