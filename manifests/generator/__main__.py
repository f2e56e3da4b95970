"""Writes one of the ways to install:  python3 manifests/generator WHAT OUT"""

import sys

import bundle
import catalog
import chart
import install

WAYS = {"install": install.write, "chart": chart.write, "bundle": bundle.write, "catalog": catalog.write}


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in WAYS:
        sys.exit(f"usage: generate.sh {'|'.join(WAYS)} OUT")
    WAYS[arguments[0]](arguments[1])


main(sys.argv[1:])
