"""Ways to install a version, and to go from one to another in the same way."""

import tempfile

import project

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
