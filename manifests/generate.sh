#!/usr/bin/env bash
# Writes what people install from, out of config/ and crds/:  generate.sh WHAT OUT
#
#   install OUT   the file OUT: everything in one, for kubectl
#   chart OUT     in the folder OUT: Chart.yaml and the templates of the Helm chart
#   bundle OUT    the folder OUT: the bundle for the Operator Lifecycle Manager
#   catalog OUT   in the folder OUT: a file-based catalogue that offers the bundle, whose image BUNDLE_IMAGE names
#   reference OUT the file OUT: every field and rule of the CRDs, for readers
#
# The images are those of config/deploy.sh: IMAGE_PREFIX and IMAGE_TAG, or OPERATOR_IMAGE, REGISTRY_IMAGE and BRIDGE_IMAGE.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Debian's interpreter: python3-yaml belongs to it.
exec env PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/generator" "$@"
