"""The recipes of config/service-mesh, against the definitions of Istio's own module."""

import contextlib
import functools
import os
import tempfile

import cluster
import project
import yaml
from suite import check, equal, test

FOLDER = project.path("config", "service-mesh")
RECIPES = sorted(os.listdir(FOLDER))
DEFINITIONS = ("peerauthentications.security.istio.io", "authorizationpolicies.security.istio.io")


@contextlib.contextmanager
def written(objects):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        yaml.safe_dump_all(objects, file)
        file.flush()
        yield file.name


@functools.lru_cache
def istio():
    """Makes the API server know Istio's kinds, once."""
    with open(project.output(project.path("test", "manifests", "istio", "crds.sh")).strip(), encoding="utf-8") as file:
        definitions = [each for each in project.load_all(file.read()) if each["metadata"]["name"] in DEFINITIONS]
    equal(sorted(each["metadata"]["name"] for each in definitions), sorted(DEFINITIONS))
    with written(definitions) as path:
        project.kubectl("apply", "--server-side", "-f", path)
    project.kubectl("wait", "--for=condition=Established", "--timeout=60s", *(f"crd/{name}" for name in DEFINITIONS))


@test
def valid(_):
    """An API server that knows Istio's kinds takes every recipe for a service mesh, and knows every field of it."""
    istio()
    for recipe in RECIPES:
        said = cluster.dry_run(os.path.join(FOLDER, recipe))
        equal(said.count("serverside-applied"), len(project.load_all(project.read("config", "service-mesh", recipe))))


@test
def unknown_field(_):
    """A recipe with a field that Istio does not know would be refused."""
    istio()
    changed = project.load_all(project.read("config", "service-mesh", "sidecar.yaml"))
    changed[0]["spec"]["mode"] = changed[0]["spec"].pop("mtls")["mode"]
    with written(changed) as path:
        try:
            cluster.dry_run(path)
        except AssertionError as error:
            check("spec.mode" in str(error), error)
            return
    check(False, "it is taken")


@test
def same_identities(_):
    """Whom a recipe lets in by identity is the operator as it is installed."""
    for recipe in ("sidecar.yaml", "ambient.yaml"):
        objects = project.load_all(project.read("config", "service-mesh", recipe))
        policy = next(each for each in objects if each["kind"] == "AuthorizationPolicy")
        account = next(each for each in project.deploy() if each["kind"] == "ServiceAccount")["metadata"]
        equal(policy["spec"]["rules"][0]["from"][0]["source"]["principals"],
              [f"cluster.local/ns/{account['namespace']}/sa/{account['name']}"])
