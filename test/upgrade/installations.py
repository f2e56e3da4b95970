"""Ways to install a version, and to go from one to another in the same way."""

import os
import tempfile

import node
import olm
import project
from bundle_folder import Bundle

HOME = "toolhive-system"
NAME = "toolhive-operator"
APPLY = ("apply", "--server-side", "--filename")


def _apply_text(text):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        project.kubectl(*APPLY, file.name)


class Kustomize:
    def install(self, version):
        _apply_text(project.output(version.path("config", "deploy.sh")))

    def remove(self, version):
        _delete_text(project.output(version.path("config", "deploy.sh")))


def _generated(version, what, name):
    """What people install from, as the version makes it."""
    out = os.path.join(version.folder, "build", name)
    project.output(version.path("manifests", "generate.sh"), what, out)
    return out


class InstallFile:
    """One file for kubectl."""

    def install(self, version):
        project.kubectl(*APPLY, _generated(version, "install", "install.yaml"))

    def remove(self, version):
        project.kubectl("delete", "--ignore-not-found", "--filename", _generated(version, "install", "install.yaml"))


class Chart:
    """Helm's. What it keeps when it is uninstalled, the CRDs, is removed as well."""

    def install(self, version):
        folder = version.path("manifests", "chart")
        project.output(version.path("manifests", "generate.sh"), "chart", folder)
        project.helm("upgrade", NAME, folder, "--install", "--namespace", HOME, "--create-namespace", "--wait",
                     "--timeout", "5m")

    def remove(self, version):
        project.helm("uninstall", NAME, "--namespace", HOME, "--wait")
        project.kubectl("delete", *(arg for path in version.crds().values() for arg in ("--filename", path)))
        project.kubectl("delete", "namespace", HOME, "--timeout=120s")


class Lifecycle:
    """The bundle as the Operator Lifecycle Manager renders it: what the next version does not have goes once that is at work."""

    def __init__(self):
        self._before = []

    def install(self, version):
        bundle = Bundle.read(_generated(version, "bundle", "bundle"))
        objects = node.install_as_olm_does(bundle, HOME)
        here = {_identity(each) for each in olm.render(bundle, HOME)}
        gone = [each for each in self._before if _identity(each) not in here]
        if gone:
            node.delete(gone)
        self._before = objects

    def remove(self, version):
        node.delete(self._before)
        project.kubectl("delete", *(arg for path in version.crds().values() for arg in ("--filename", path)))
        project.kubectl("delete", "namespace", HOME, "--timeout=120s")


def _identity(each):
    return each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]


def _delete_text(text):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        project.kubectl("delete", "--ignore-not-found", "--filename", file.name)


def wait_at_work(version):
    """Until every replica of the operator is this version's."""
    project.kubectl("-n", HOME, "rollout", "status", f"deployment/{NAME}", "--timeout=300s")
    images = project.kubectl("-n", HOME, "get", "deployment", NAME, "--output=jsonpath={.spec.template.spec.containers[*].image}")
    if images != version.image(NAME):
        raise AssertionError(f"the operator's image is {images}, not {version.image(NAME)}")
