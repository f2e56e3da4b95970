"""Runs the tests that need a node, whose names have the given words in them."""

import sys

import node_test  # noqa: F401  # Puts its tests on the list.
from suite import run

sys.exit(run("installed", sys.argv[1], None, lambda _: None))
