"""The overlays and components of config/."""

import functools
import os

import project
import rights
import ways
from suite import check, equal, test

COMPONENTS = sorted(os.listdir(project.path("config", "components")))
ACCOUNT = "toolhive-operator"


@functools.lru_cache
def overlay(name):
    return ways.by_name(project.load_all(project.kubectl("kustomize", project.path("config", name))))


def added(name):
    return {key: value for key, value in overlay(name).items() if key not in ways.kustomize()}


@test
def both_ways(_):
    """Each component has an overlay, and make deploy with it gives the same."""
    for name in COMPONENTS:
        ways.require_same(ways.by_name(project.deploy("--with", name)), overlay(name))


@test
def what_is_added(_):
    """Each component adds what it is for, and changes nothing else."""
    monitoring = {"ServiceAccount", "Secret", "ClusterRoleBinding", "ServiceMonitor"}
    wanted = {"prometheus": monitoring, "openshift": monitoring | {"ConfigMap"}, "network-policy": {"NetworkPolicy"},
              "with-certmanager": {"Issuer", "Certificate"}}
    for name, kinds in wanted.items():
        equal({kind for kind, _, _ in added(name)}, kinds)
        ways.require_same({key: overlay(name).get(key) for key in ways.kustomize()}, ways.kustomize())


@test
def labels(_):
    """Whatever an overlay adds is labelled as the operator's."""
    for name in COMPONENTS:
        for key, each in added(name).items():
            check(each["metadata"].get("labels", {}).get("app.kubernetes.io/name") == ACCOUNT, f"{name}: {key}")


@test
def together(_):
    """All components but the one for a single namespace go together."""
    several = [word for name in COMPONENTS if name not in ("namespaced", "openshift") for word in ("--with", name)]
    made = ways.by_name(project.deploy(*several))
    equal(set(made) - set(ways.kustomize()),
          {key for name in COMPONENTS if name not in ("namespaced", "openshift") for key in added(name)})


@test
def other_namespace(_):
    """In another namespace certificates and what checks them name the Service there."""
    made = project.deploy("--with", "openshift", "--with", "with-certmanager", environment={"NAMESPACE": "elsewhere"})
    names = [each["spec"] for each in made if each["kind"] in ("Certificate", "ServiceMonitor")]
    check(len(names) == 2 and str(names).count("toolhive-operator.elsewhere.svc") == 3, names)
    check("toolhive-system" not in str([each for each in made if each["kind"] != "CustomResourceDefinition"]))


@test
def roles_only(_):
    """Namespaced, the operator has every right that it has elsewhere on things in namespaces, in its own and nowhere else."""
    made = rights.granted(overlay("namespaced").values(), ACCOUNT)
    usual = rights.granted(ways.kustomize().values(), ACCOUNT)
    equal(set(made), {project.NAMESPACE})
    reviews = {right for right in usual[""] if right[1] in ("tokenreviews", "subjectaccessreviews")}
    equal(made[project.NAMESPACE], usual[project.NAMESPACE] | usual[""] - reviews)
    check(not any(kind.startswith("Cluster") for kind, _, _ in overlay("namespaced")))


@test
def spread(_):
    """Highly available, no two replicas are on one node, and a budget lets one go at a time."""
    made = overlay("high-availability")
    spec = made[("Deployment", project.NAMESPACE, "toolhive-operator")]["spec"]
    strict = [each for each in spec["template"]["spec"]["topologySpreadConstraints"]
              if each["whenUnsatisfiable"] == "DoNotSchedule"]
    equal((spec["replicas"], [each["topologyKey"] for each in strict]), (3, ["kubernetes.io/hostname"]))
    equal(made[("PodDisruptionBudget", project.NAMESPACE, "toolhive-operator")]["spec"]["maxUnavailable"], 1)
