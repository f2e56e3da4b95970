"""Prints what an image, or a program, is made of, as SPDX 2.3:  sbom NAME VERSION CREATED FILE <COMPONENTS

FILE is the image's archive or the program, COMPONENTS what config/images/components.sh prints of the program, CREATED a time of RFC 3339."""

import json
import sys

import document


def main():
    name, version, created, path = sys.argv[1:5]
    components = [tuple(line.split()) for line in sys.stdin]
    json.dump(document.make(name, version, created, path, components), sys.stdout, indent=1)
    print()


main()
