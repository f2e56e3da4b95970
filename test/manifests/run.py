"""Runs the tests of manifests/ whose names have the given words in them; those that need a node are node_run.py's."""

import sys

import bundle_test  # noqa: F401  # Each puts its tests on the list.
import catalog_test  # noqa: F401
import chart_test  # noqa: F401
import generated_test  # noqa: F401
import installation_test  # noqa: F401
import mesh_test  # noqa: F401
import overlays_test  # noqa: F401
import samples_test  # noqa: F401
import version_test  # noqa: F401
import ways_test  # noqa: F401
from suite import run

sys.exit(run("manifests", sys.argv[1], None, lambda _: None))
