"""What everything here is generated from: config/ as kustomize renders it, and the version."""

import os
import subprocess

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NAMESPACE = "toolhive-system"
NAME = "toolhive-operator"


def _output(*command):
    environment = {**os.environ, "NAMESPACE": NAMESPACE}
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True).stdout


def version():
    return _output(os.path.join(ROOT, "config", "version.sh")).strip()


def objects(*components):
    """The objects of config/default with components of config/components."""
    with_components = [word for component in components for word in ("--with", component)]
    text = _output(os.path.join(ROOT, "config", "deploy.sh"), *with_components)
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader))
