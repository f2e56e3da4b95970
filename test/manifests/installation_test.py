"""The ways to install, on a real API server."""

import cluster
import project
from bundle_folder import Bundle
from suite import check, equal, test

RELEASE = "toolhive-operator"
CRDS = ("registries.mcpregistry.dev", "mcptools.mcpregistry.dev", "registrybackups.mcpregistry.dev")


def _remove():
    project.kubectl("delete", "--ignore-not-found", "-k", project.path("config", "operator"))


@test
def install_file(_):
    """install.yaml can be applied, and applied again without a change."""
    apply = ("apply", "--server-side", "-f", project.path("manifests", "install.yaml"))
    project.kubectl(*apply)
    before = cluster.find("deployment", RELEASE, "-n", project.NAMESPACE)
    project.kubectl(*apply)
    after = cluster.find("deployment", RELEASE, "-n", project.NAMESPACE)
    equal(after["metadata"]["generation"], before["metadata"]["generation"])
    _remove()


@test
def chart(_):
    """The chart can be installed and upgraded, and leaves the CRDs when it is uninstalled."""
    project.kubectl("delete", "--ignore-not-found", "crd", *CRDS)
    folder, place = project.path("manifests", "chart"), ("--namespace", project.NAMESPACE)
    project.helm("install", RELEASE, folder, *place, "--create-namespace")
    project.helm("upgrade", RELEASE, folder, *place, "--set", "replicas=1")
    equal(cluster.find("deployment", RELEASE, "-n", project.NAMESPACE)["spec"]["replicas"], 1)
    project.helm("uninstall", RELEASE, *place)
    check(cluster.find("deployment", RELEASE, "-n", project.NAMESPACE) is None, "the Deployment stays")
    for name in CRDS:
        check(cluster.find("crd", name) is not None, f"{name} is gone")
    _remove()


@test
def scopes(_):
    """What the bundle asks for in the cluster is in no namespace, and what it asks for in namespaces is in one."""
    install = Bundle.read(project.path("manifests", "bundle")).install()
    # A namespace is looked at with a right in it.
    known = {scope: set(project.kubectl("api-resources", f"--namespaced={scope}", "--no-headers", "-o", "name").split()) | extra
             for scope, extra in (("true", {"namespaces"}), ("false", set()))}
    for part, scope, other in (("permissions", "true", "false"), ("clusterPermissions", "false", "true")):
        for rule in install[part][0]["rules"]:
            for resource in rule["resources"]:
                full = resource.split("/")[0] + "".join("." + group for group in rule["apiGroups"] if group)
                check(full in known[scope] or full not in known[other], f"{full} is in {part}")
