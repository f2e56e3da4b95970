"""Installs the bundle of manifests/ for all namespaces, or, where TOOLHIVE_OWN_NAMESPACE is set, for the operator's own."""

import os

import node
import project
from bundle_folder import Bundle

WATCHED = [project.NAMESPACE] if "TOOLHIVE_OWN_NAMESPACE" in os.environ else []
node.install_as_olm_does(Bundle.read(project.path("manifests", "bundle")), project.NAMESPACE, WATCHED)
