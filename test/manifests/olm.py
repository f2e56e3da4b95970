"""The objects that the Operator Lifecycle Manager makes of a bundle:  olm.py BUNDLE NAMESPACE [WATCHED...] prints them.

This follows what it does (operator-lifecycle-manager, pkg/controller/registry/resolver/rbac.go, pkg/controller/operators/olm/operatorgroup.go
and pkg/controller/install/deployment.go), and test/olm holds it to what the Operator Lifecycle Manager itself made: `permissions` are a Role in
the operator's namespace, copied to each namespace that is watched, or a ClusterRole where all are; `clusterPermissions` are a ClusterRole. Without
WATCHED all namespaces are watched. Left out are the marks by which it finds again what it made, and the hashes that it names roles by.
"""

import copy
import os
import sys

import yaml

from bundle_folder import Bundle

RBAC = "rbac.authorization.k8s.io"
# Whoever watches all namespaces is given it.
NAMESPACES = {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "list", "watch"]}


def _role(kind, name, rules, namespace=None):
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": metadata, "rules": rules}


def _binding(role, account, home):
    """Of a role to a ServiceAccount of the operator's namespace."""
    return {"apiVersion": f"{RBAC}/v1", "kind": f"{role['kind']}Binding", "metadata": role["metadata"],
            "roleRef": {"apiGroup": RBAC, "kind": role["kind"], "name": role["metadata"]["name"]},
            "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": home}]}


def roles(bundle, home, watched):
    """(role, account) of all that is granted."""
    name, install = bundle.csv["metadata"]["name"], bundle.install()
    for index, each in enumerate(install["permissions"]):
        account = each["serviceAccountName"]
        for namespace in sorted({home, *watched}):
            yield _role("Role", f"{name}-{index}-{account}", each["rules"], namespace), account
        if not watched:
            yield _role("ClusterRole", f"{name}-{index}-{account}-all", [*each["rules"], NAMESPACES]), account
    for index, each in enumerate(install["clusterPermissions"]):
        account = each["serviceAccountName"]
        yield _role("ClusterRole", f"{name}-{index}-{account}-cluster", each["rules"]), account


def _deployment(bundle, home, watched):
    given = bundle.install()["deployments"][0]
    spec = copy.deepcopy(given["spec"])
    spec["revisionHistoryLimit"] = 1
    template = spec["template"]
    template["metadata"].setdefault("annotations", {}).update({
        **bundle.csv["metadata"]["annotations"], "olm.operatorGroup": home, "olm.operatorNamespace": home, "olm.targetNamespaces": ",".join(watched)})
    for container in template["spec"]["containers"]:
        container["env"].append({"name": "OPERATOR_CONDITION_NAME", "value": bundle.csv["metadata"]["name"]})
    return {"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec, "metadata": {
        "name": given["name"], "namespace": home, "labels": {**given["label"], "olm.managed": "true"}}}


NAMESPACED = {"Service", "PodDisruptionBudget", "ConfigMap", "Secret"}


def _others(bundle, home):
    for each in bundle.others():
        made = copy.deepcopy(each)
        if made["kind"] in NAMESPACED:
            made["metadata"]["namespace"] = home
        yield made


def render(bundle, home, watched=()):
    granted = list(roles(bundle, home, watched))
    accounts = [{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": each, "namespace": home}}
                for each in sorted(bundle.accounts())]
    return [*_others(bundle, home), *accounts, *(role for role, _ in granted),
            *(_binding(role, account, home) for role, account in granted), _deployment(bundle, home, watched)]


if __name__ == "__main__":
    print(yaml.safe_dump_all(render(Bundle.read(os.path.abspath(sys.argv[1])), sys.argv[2], sys.argv[3:])))
