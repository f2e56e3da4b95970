"""The API server that the tests put things into, that of KUBECONFIG: a real one, without nodes."""

import functools
import json

import project

NAMESPACE = "mcp"


@functools.lru_cache
def ready():
    """Makes it ready for custom resources, once."""
    project.kubectl("apply", "--server-side", "-k", project.path("crds"))
    project.kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd/registries.mcpregistry.dev",
                    "crd/mcptools.mcpregistry.dev", "crd/registrybackups.mcpregistry.dev")
    if not find("namespace", NAMESPACE):
        project.kubectl("create", "namespace", NAMESPACE)


def dry_run(*paths):
    """What the API server says of objects that it would take."""
    ready()
    files = [word for path in paths for word in ("-f", path)]
    return project.kubectl("-n", NAMESPACE, "apply", "--server-side", "--dry-run=server", "--validate=strict", *files)


def find(kind, name, *arguments):
    """The object, or None."""
    said = project.kubectl("get", kind, name, "--ignore-not-found", "-o", "json", *arguments)
    return json.loads(said) if said.strip() else None
