"""Runs the tests of the Operator Lifecycle Manager that have the given words in their names."""

import sys

import lifecycle_manager
import olm_test  # noqa: F401  # Puts its tests on the list.
from suite import run

with lifecycle_manager.started() as manager:
    code = run("olm", sys.argv[1], manager, lambda _: manager.check_alive())
sys.exit(code)
