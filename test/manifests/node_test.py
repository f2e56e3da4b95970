"""What is installed from manifests/, at work on a real node."""

import json

import node
import olm
import project
import rights
from bundle_folder import Bundle
from suite import check, equal, test

HOME = "toolhive-system"
TEAM = "mcp"
GUESTS = "guests"
ACCOUNT = "toolhive-operator"
READY = {"registry/mcp-registry": "registry", "registry/team-registry": "registry_full",
         "registry/discovering-registry": "registry_discovery", "registry/internal-registry": "registry_internal", "registry/shared-registry": "registry_shared",
         "registry/restored-registry": "registry_existing_claim", "registry/strict-registry": "registry_strict",
         "registry/temporary-registry": "registry_temporary", "mcptool/weather": "mcptool",
         "mcptool/search-documents": "mcptool_unversioned", "mcptool/forecasts": "mcptool_workload",
         "mcptool/stdio-forecasts": "mcptool_stdio", "mcptool/selected-forecasts": "mcptool_selected",
         "mcptool/registry-tools": "mcptool_registry"}
AUTHENTICATED = "private-registry"
# What the operator is allowed and does not ask for here, and why.
NOT_ASKED = {"routes": "there are no Routes", "routes/custom-host": "there are no Routes",
             "registries/finalizers": "admission asks for the operator", "mcptools/finalizers": "admission asks for the operator",
             "registrybackups/status": "none is applied", "registrybackups/finalizers": "none is applied",
             "servicemonitors": "there is no Prometheus Operator", "prometheusrules": "there is no Prometheus Operator",
             "mcpservers": "nobody's MCPServers are installed", "mcpserverregistrations": "no sample looks for them",
             "httproutes": "there is no Gateway API", "gateways": "there is no Gateway API",
             "volumesnapshots": "there are no VolumeSnapshots", "priorityclasses": "no sample names one", "tokenreviews": "nobody reads the metrics",
             "certificaterequests": "there is no cert-manager"}

# The condition that tells of what could not be made for one of each kind.
WITHOUT_FINALIZERS = {"registry/internal-registry": "Degraded", "mcptool/forecasts": "ServerAvailable",
                      "registrybackup/before-the-upgrade": "Complete"}


def bundle():
    return Bundle.read(project.path("manifests", "bundle"))


def take_away(resource, verb):
    """Takes a right of all namespaces from the operator, beside what was taken before."""
    name = next(each["metadata"]["name"] for each in olm.render(bundle(), HOME)
                if each["kind"] == "ClusterRole" and each["metadata"]["name"].endswith("-all"))
    role = json.loads(project.kubectl("get", "clusterrole", name, "-o", "json"))
    left = []
    for rule in role["rules"]:
        others = [each for each in rule["resources"] if each != resource]
        verbs = [each for each in rule["verbs"] if each != verb] if resource in rule["resources"] else rule["verbs"]
        left += [{**rule, "resources": others}] if others else []
        left += [{**rule, "resources": [resource], "verbs": verbs}] if resource in rule["resources"] and verbs else []
    node.apply([{"apiVersion": role["apiVersion"], "kind": role["kind"], "metadata": {"name": name}, "rules": left}])


@test
def samples(_):
    """Installed as OLM does for all namespaces, every sample that can becomes ready, and no resource is allowed for nothing."""
    objects = node.install_as_olm_does(bundle(), HOME)
    node.make_namespace(TEAM)
    for name in READY.values():
        node.apply(node.sample(name), "-n", TEAM)
    node.make_namespace(GUESTS, {"mcp.example.com/registry": "shared"})
    node.apply(node.sample("mcptool_elsewhere"), "-n", GUESTS)
    for name in READY:
        node.wait_ready(TEAM, name)
    node.wait_ready(GUESTS, "mcptool/currency")
    # It asks for tokens, and nobody gave it the right to review them: the operator has made its keys, and looked.
    node.apply(node.sample("registry_kubernetes_auth"), "-n", TEAM)
    project.kubectl("-n", TEAM, "wait", "--for=jsonpath={.status.conditions[?(@.type==\"Degraded\")].reason}=TokenReviewForbidden",
                    "--timeout=180s", f"registry/{AUTHENTICATED}")
    asked = {resource for _, resource, _, _ in node.requests(HOME)}
    granted = {resource for _, resource, _, _ in rights.granted(objects, ACCOUNT)[""]}
    equal(granted - asked - NOT_ASKED.keys(), set())


@test
def refused(_):
    """The API server refused the operator nothing."""
    equal([each for each in node.requests(HOME) if each[3] == 403], [])


@test
def finalizers(_):
    """Without the right to set finalizers of each kind, which admission asks for, the operator makes nothing for one."""
    node.make_namespace("refused")
    node.apply(node.sample("registry"), "-n", "refused")
    node.wait_ready("refused", "registry/mcp-registry")
    take_away("registries/finalizers", "update")
    take_away("mcptools/finalizers", "update")
    take_away("registrybackups/finalizers", "update")
    for name in ("registry_internal", "mcptool_workload", "registrybackup"):
        node.apply(node.sample(name), "-n", "refused")
    for name, condition in WITHOUT_FINALIZERS.items():
        project.kubectl("-n", "refused", "wait", f"--for=jsonpath={{.status.conditions[?(@.type==\"{condition}\")].reason}}=OperandForbidden",
                        "--timeout=180s", name)
    node.apply(olm.render(bundle(), HOME))
    node.wait_ready("refused", "registry/internal-registry", "mcptool/forecasts")
    project.kubectl("-n", "refused", "wait", "--for=condition=Complete", "--timeout=300s", "registrybackup/before-the-upgrade")


@test
def claims(_):
    """Without the right to delete claims, which admission asks for, none is given an owner to go with."""
    take_away("persistentvolumeclaims", "delete")
    project.kubectl("-n", "refused", "patch", "registry", "mcp-registry", "--type=merge", "-p", '{"spec":{"storage":{"retain":false}}}')
    project.kubectl("-n", "refused", "wait", "--for=jsonpath={.status.conditions[?(@.type==\"StorageReady\")].reason}=ClaimRefused",
                    "--timeout=180s", "registry/mcp-registry")
    node.apply(olm.render(bundle(), HOME))
    project.kubectl("-n", "refused", "wait", "--for=jsonpath={.metadata.ownerReferences[0].name}=mcp-registry",
                    "--timeout=300s", "persistentvolumeclaim/mcp-registry-data")
    project.kubectl("delete", "namespace", "refused", "--wait=false")


@test
def own_namespace(_):
    """Installed as OLM does for its own namespace, a Registry, an MCPTool and a server's tools become ready there."""
    home = "own"
    project.kubectl("-n", HOME, "delete", "deployment", ACCOUNT)
    node.install_as_olm_does(bundle(), home, [home])
    for name in ("registry", "mcptool", "mcptool_workload"):
        node.apply(node.sample(name), "-n", home)
    node.wait_ready(home, "registry/mcp-registry", "mcptool/weather", "mcptool/forecasts")
    equal([each for each in node.requests(home) if each[3] == 403], [])
    check(project.kubectl("auth", "can-i", "list", "pods", "-n", home,
                          f"--as=system:serviceaccount:{home}:{ACCOUNT}").startswith("yes"))


@test
def chart(_):
    """Installed from the chart, the operator becomes ready, and the chart's own test passes."""
    project.kubectl("delete", "namespace", HOME)
    node.delete([each for each in olm.render(bundle(), HOME) if each["kind"].startswith("ClusterRole")])
    project.helm("install", ACCOUNT, project.path("manifests", "chart"), "--namespace", HOME, "--create-namespace",
                 "--take-ownership", "--wait", "--timeout", "5m")
    said = project.helm("test", ACCOUNT, "--namespace", HOME, "--timeout", "5m")
    check("Phase:          Succeeded" in said, said)
    # What was there before is looked after again.
    node.wait_ready(TEAM, "registry/mcp-registry", "mcptool/weather")
