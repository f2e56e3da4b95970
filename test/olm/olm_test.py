"""The Operator Lifecycle Manager itself installs, upgrades and removes the operator."""

import json
import os
import shlex
import time

import node
import project
import rendering
from lifecycle_manager import NAMESPACE, SOURCE
from offer import comparable
from suite import check, equal, test
from ways import differences

GROUP = "operators.coreos.com"
NAME = "toolhive-operator"
HOME = "toolhive-system"
OWN = "own"
WRONG = "wrong"
TEAM = "mcp"
READY = ("registry/mcp-registry", "mcptool/weather", "mcptool/forecasts")


def _get(*arguments):
    return json.loads(project.kubectl("get", *arguments, "-o", "json"))


def _until(seconds, what, probe):
    """What `probe` gives, once it gives something; it says what it saw otherwise."""
    end = time.monotonic() + seconds
    while True:
        seen, done = probe()
        if done:
            return seen
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come in {seconds} s: {json.dumps(seen)[:3000]}")
        time.sleep(1)


def _no_lines(lines):
    if lines:
        raise AssertionError("\n".join(line[:400] for line in lines[:20]))


def _status(kind, name, namespace):
    said = project.kubectl("-n", namespace, "get", f"{kind}.{GROUP}", name, "--ignore-not-found", "-o", "json")
    return json.loads(said).get("status", {}) if said.strip() else None


def _subscribe(home, watched, **more):
    """As a user of the console does: a namespace, what is watched, and the channel that is followed."""
    node.make_namespace(home)
    node.apply([
        {"apiVersion": f"{GROUP}/v1", "kind": "OperatorGroup", "metadata": {"name": home, "namespace": home},
         "spec": {"targetNamespaces": watched} if watched else {}},
        {"apiVersion": f"{GROUP}/v1alpha1", "kind": "Subscription", "metadata": {"name": NAME, "namespace": home},
         "spec": {"channel": "stable", "name": NAME, "source": SOURCE, "sourceNamespace": NAMESPACE, **more}}])


def _wait_installed(home, csv):
    """Until the Operator Lifecycle Manager says that the version is installed, by plans of its own: at times it makes two."""
    def probe():
        status = _status("clusterserviceversion", csv, home) or {}
        plans = [each for each in _get(f"installplans.{GROUP}", "-n", home)["items"] if csv in each["spec"]["clusterServiceVersionNames"]]
        seen = {"csv": {key: status.get(key) for key in ("phase", "reason", "message")},
                "plans": [{key: each.get("status", {}).get(key) for key in ("phase", "conditions", "bundleLookups", "message")} for each in plans],
                "subscription": (_status("subscription", NAME, home) or {}).get("conditions")}
        return seen, seen["csv"]["phase"] == "Succeeded" and {each["phase"] for each in seen["plans"]} == {"Complete"}
    _until(300, csv, probe)


def _wait_gone(kind, name, namespace):
    project.kubectl("-n", namespace, "wait", "--for=delete", f"{kind}/{name}", "--timeout=180s")


def _tools(manager, namespace=TEAM):
    """Every tool as the registry serves it."""
    text = manager.inside("curl", "--silent", "--show-error", "--fail", "--max-time", "10", "--retry", "30", "--retry-delay", "1",
                          "--retry-all-errors", f"http://mcp-registry.{namespace}.svc:8080/api/v1/tools?limit=100")
    return {each["name"]: each for each in json.loads(text)["tools"]}


def _uids():
    """What must outlive an upgrade and a removal, by uid."""
    return {f'{each["kind"]} {each["metadata"]["name"]}': each["metadata"]["uid"]
            for each in _get("registries,mcptools,persistentvolumeclaims,deployments,services", "-n", TEAM)["items"]}


def _keys():
    """Those by which registries know the operator, as the Secret holds them, which comes empty."""
    return _get("secret", f"{NAME}-identity", "-n", HOME).get("data", {}).get("keys.json", "")


def _apply_team(namespace):
    node.make_namespace(namespace)
    for name in ("registry", "mcptool", "mcptool_workload"):
        node.apply(node.sample(name), "-n", namespace)
    node.wait_ready(namespace, *READY)


@test
def rendered_catalog(manager):
    """The catalogue has of the bundle what opm reads out of its image."""
    rendered = json.loads(manager.opm("render", "--use-http", manager.this.image, "--output", "json", "--migrate-level", "bundle-object-to-csv-metadata"))
    _no_lines(differences(comparable(manager.this.entry()), comparable(rendered)))


@test
def all_namespaces(manager):
    """Subscribed to for all namespaces, the operator is installed, and a Registry with its tools becomes ready."""
    _subscribe(HOME, ())
    _wait_installed(HOME, manager.this.csv)
    project.kubectl("-n", HOME, "wait", "--for=condition=Available", "--timeout=60s", f"deployment/{NAME}")
    _apply_team(TEAM)
    # It asks for tokens, for which the operator makes its keys.
    node.apply(node.sample("registry_kubernetes_auth"), "-n", TEAM)
    _until(180, "the operator's keys", lambda: (None, _keys() != ""))
    equal([each for each in node.requests(HOME) if each[3] == 403], [])


@test
def digests(manager):
    """Every image that runs was pulled by digest, from the image registry."""
    images = {container["image"] for namespace in (HOME, TEAM) for pod in _get("pods", "-n", namespace)["items"]
              for container in pod["spec"]["containers"]}
    equal(images - {f"localhost/weather:{project.version()}"}, {manager.this.images["OPERATOR_IMAGE"], manager.this.images["REGISTRY_IMAGE"]})


@test
def rendered_for_all(manager):
    """For all namespaces the Operator Lifecycle Manager makes what olm.py does, field by field."""
    _no_lines(rendering.against(manager.this.bundle, HOME, ()))


@test
def upgrade(manager):
    """When the catalogue offers the next version, it replaces this one, and nothing is lost or made anew, the operator's keys neither."""
    before, tools, keys = _uids(), _tools(manager), _keys()
    manager.serve(manager.this, manager.next)
    _wait_installed(HOME, manager.next.csv)
    equal(_get(f"clusterserviceversion.{GROUP}", manager.next.csv, "-n", HOME)["spec"]["replaces"], manager.this.csv)
    _wait_gone(f"clusterserviceversion.{GROUP}", manager.this.csv, HOME)
    project.kubectl("-n", HOME, "rollout", "status", f"deployment/{NAME}", "--timeout=180s")
    project.kubectl("-n", TEAM, "wait", "--timeout=180s", "deployment/mcp-registry",
                    f"--for=jsonpath={{.spec.template.spec.containers[0].image}}={manager.next.images['REGISTRY_IMAGE']}")
    project.kubectl("-n", TEAM, "rollout", "status", "deployment/mcp-registry", "--timeout=180s")
    node.wait_ready(TEAM, *READY)
    equal(_uids(), before)
    equal(_tools(manager), tools)
    # The Operator Lifecycle Manager empties their Secret; whoever led until then puts them back.
    _until(180, "the keys of before", lambda: (_keys() != "", _keys() == keys))


@test
def rendered_after_upgrade(manager):
    """After an upgrade nothing of the version before is left, and what is there is as if installed anew."""
    _no_lines(rendering.against(manager.next.bundle, HOME, ()))
    equal(rendering.left_of(manager.this.csv), [])


@test
def removed(manager):
    """When Subscription and ClusterServiceVersion are deleted the operator goes, and registries, tools and CRDs stay and serve."""
    before, tools = _uids(), _tools(manager)
    crds = {each["metadata"]["name"] for each in manager.next.bundle.others() if each["kind"] == "CustomResourceDefinition"}
    project.kubectl("-n", HOME, "delete", f"subscription.{GROUP}", NAME)
    project.kubectl("-n", HOME, "delete", f"clusterserviceversion.{GROUP}", manager.next.csv)
    for kind in ("deployment", "service", "serviceaccount"):
        _wait_gone(kind, NAME, HOME)
    equal(_uids(), before)
    equal(_tools(manager), tools)
    equal(crds - {each["metadata"]["name"] for each in _get("crds")["items"]}, set())
    project.kubectl("delete", "namespace", HOME, "--timeout=120s")


@test
def own_namespace(manager):
    """Subscribed to for its own namespace, the operator is installed, and a Registry with its tools becomes ready there."""
    _subscribe(OWN, [OWN])
    _wait_installed(OWN, manager.offered.csv)
    _apply_team(OWN)
    equal([each for each in node.requests(OWN) if each[3] == 403], [])


@test
def rendered_for_own(manager):
    """For its own namespace the Operator Lifecycle Manager makes what olm.py does, and grants nothing elsewhere but what is in no namespace."""
    _no_lines(rendering.against(manager.offered.bundle, OWN, [OWN]))
    for namespace, may in ((OWN, "yes"), (TEAM, "no")):
        said = project.run(*shlex.split(os.environ["KUBECTL"]), "auth", "can-i", "list", "pods", "-n", namespace,
                           f"--as=system:serviceaccount:{OWN}:{NAME}").stdout.strip()
        equal((namespace, said), (namespace, may))


@test
def wrong(manager):
    """A version that needs an API that nobody has is not installed, and the Subscription says which."""
    manager.serve(manager.this.requiring({"group": "missing.example.com", "kind": "Missing", "version": "v1"}))
    _subscribe(WRONG, ())

    def refused():
        conditions = (_status("subscription", NAME, WRONG) or {}).get("conditions", [])
        return conditions, any(each["type"] == "ResolutionFailed" and each["status"] == "True"
                               and "group: missing.example.com, version: v1, kind: Missing" in each["message"] for each in conditions)
    _until(180, "the refusal", refused)
    equal(_get(f"clusterserviceversions.{GROUP}", "-n", WRONG)["items"], [])
