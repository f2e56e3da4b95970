"""Whichever way people install, the cluster gets the same objects."""

import project
import ways
from suite import check, equal, test


@test
def every_kind_is_there(_):
    """kustomize gives the CRDs, the rights, the Secret for keys, the Deployment, its Service and its PodDisruptionBudget."""
    kinds = {kind for kind, _, _ in ways.kustomize()}
    equal(kinds, {"CustomResourceDefinition", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding",
                  "Secret", "Deployment", "Service", "PodDisruptionBudget"})


@test
def install_file(_):
    """install.yaml gives what kustomize gives."""
    ways.require_same(ways.install_file(), ways.kustomize())


@test
def make_deploy(_):
    """make deploy gives what kustomize gives."""
    ways.require_same(ways.by_name(project.deploy()), ways.kustomize())


@test
def chart(_):
    """The chart with its own values gives what kustomize gives."""
    ways.require_same(ways.chart(), ways.kustomize())


@test
def without_crds(_):
    """Without CRDs everything else is the same, by make deploy and by the chart."""
    wanted = {key: value for key, value in ways.kustomize().items() if key[0] != "CustomResourceDefinition"}
    ways.require_same(ways.chart("--set", "crds.install=false"), wanted)
    ways.require_same(ways.by_name(project.deploy("--without-crds")), wanted)


@test
def other_namespace(_):
    """In another namespace the chart gives what make deploy gives there."""
    deployed = ways.by_name(project.deploy(environment={"NAMESPACE": "elsewhere"}))
    ways.require_same(ways.chart("--namespace", "elsewhere"), deployed)


@test
def by_digest(_):
    """Images by digest are the same by make deploy and by the chart."""
    digest = "sha256:" + "0123456789abcdef" * 4
    names = {"operator": "toolhive-operator", "registry": "mcp-registry", "bridge": "mcp-bridge"}
    deployed = project.deploy(environment={
        f"{value.upper()}_IMAGE": f"mirror.example.com:5000/team/{name}@{digest}" for value, name in names.items()})
    values = [word for value, name in names.items() for word in (
        "--set", f"images.{value}.repository=mirror.example.com:5000/team/{name}", "--set", f"images.{value}.digest={digest}")]
    ways.require_same(ways.chart(*values), ways.by_name(deployed))
    check(str(deployed).count("@" + digest) == 3)
