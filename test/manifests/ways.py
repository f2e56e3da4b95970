"""What each way to install puts into a cluster, in one form that can be compared."""

import copy
import functools

import project

# A way may say of what it made that it did; these say nothing of what runs.
MARKS = {"app.kubernetes.io/managed-by", "helm.sh/chart", "helm.sh/resource-policy"}


def _without_marks(given):
    made = copy.deepcopy(given)
    for part in ("labels", "annotations"):
        kept = {key: value for key, value in made["metadata"].pop(part, {}).items() if key not in MARKS}
        if kept:
            made["metadata"][part] = kept
    return made


def by_name(objects):
    """The objects by kind, namespace and name. The Namespace is left out: Helm makes its own."""
    found = {}
    for each in objects:
        if each["kind"] == "Namespace":
            continue
        key = (each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"])
        if key in found:
            raise AssertionError(f"{key} is there twice")
        found[key] = _without_marks(each)
    return found


@functools.lru_cache
def kustomize():
    return by_name(project.load_all(project.kubectl("kustomize", project.path("config", "default"))))


def install_file():
    return by_name(project.load_all(project.read("manifests", "install.yaml")))


def chart(*arguments, of=project.path("manifests", "chart")):
    """Without the tests of the chart, which are not installed."""
    return by_name(project.load_all(project.helm(
        "template", "toolhive-operator", of, "--namespace", project.NAMESPACE, "--kube-version", "1.34", "--skip-tests",
        *arguments)))


def differences(one, other, where=""):
    """Where two objects differ, a line for each place."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [line for key in sorted(one.keys() | other.keys(), key=str)
                for line in differences(one.get(key), other.get(key), f"{where}/{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [line for index, (left, right) in enumerate(zip(one, other))
                for line in differences(left, right, f"{where}/{index}")]
    return [] if one == other else [f"{where}: {one!r} is not {other!r}"]


def require_same(one, other):
    lines = differences(one, other)
    if lines:
        raise AssertionError("\n".join(lines[:20]))
