"""Installs the bundle of manifests/ for all namespaces."""

import node
import project
from bundle_folder import Bundle

node.install_as_olm_does(Bundle.read(project.path("manifests", "bundle")), project.NAMESPACE)
