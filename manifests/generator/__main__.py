"""Writes one of the ways to install, or the reference of what is installed:  python3 manifests/generator WHAT OUT"""

import sys

import bundle
import catalog
import chart
import install
import reference

WRITERS = {"install": install.write, "chart": chart.write, "bundle": bundle.write, "catalog": catalog.write,
           "reference": reference.write}


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in WRITERS:
        sys.exit(f"usage: generate.sh {'|'.join(WRITERS)} OUT")
    WRITERS[arguments[0]](arguments[1])


main(sys.argv[1:])
