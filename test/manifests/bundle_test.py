"""The bundle for the Operator Lifecycle Manager."""

import copy
import functools
import os
import shutil
import tempfile

import olm
import project
import rights
import ways
from bundle_folder import Bundle
from bundle_rules import findings
from suite import check, equal, test

ACCOUNT = "toolhive-operator"
CLUSTER_SCOPED = {"priorityclasses", "tokenreviews", "subjectaccessreviews"}
LEASES = "leases"


@functools.lru_cache
def committed():
    return Bundle.read(project.path("manifests", "bundle"))


def changed(change):
    bundle = copy.deepcopy(committed())
    change(bundle)
    return findings(bundle)


# A rule names no version of an API: the validator takes events.k8s.io/v1 for the version before.
KNOWN_WARNINGS = ("Migrate the API(s) for events:",)


@test
def validators(_):
    """The validators of operator-framework/api have nothing against the bundle."""
    done = project.run(os.environ["VALIDATE"], project.path("manifests", "bundle"))
    equal(done.returncode, 0)
    equal([line for line in done.stdout.splitlines() if not any(known in line for known in KNOWN_WARNINGS)], [])


@test
def validators_see_errors(_):
    """The validators refuse a bundle whose ClusterServiceVersion has no install modes."""
    with tempfile.TemporaryDirectory() as work:
        broken = shutil.copytree(project.path("manifests", "bundle"), os.path.join(work, "bundle"))
        path = os.path.join(broken, "manifests", "toolhive-operator.clusterserviceversion.yaml")
        text = project.read(path)
        check("installModes:" in text)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("installModes:", "installMode:"))
        done = project.run(os.environ["VALIDATE"], broken)
    check(done.returncode == 1 and "install modes not found" in done.stdout.lower(), done.stdout)


@test
def our_rules(_):
    """The rules of catalogues and consoles have nothing against the bundle."""
    equal(findings(committed()), [])


def _annotate(key, value):
    def change(bundle):
        bundle.csv["metadata"]["annotations"][key] = value
    return change


def _spec(key, value):
    def change(bundle):
        bundle.csv["spec"][key] = value
    return change


def _object(kind, name, **more):
    return lambda bundle: bundle.objects.append({"kind": kind, "metadata": {"name": name, **more}, "spec": {"maxUnavailable": 0}})


def _drop_first(key):
    return lambda bundle: bundle.owned()[0][key].pop(0)


def _wildcard(bundle):
    bundle.rules()[0]["verbs"] = ["*"]


BREAKS = {
    "kinds: NetworkPolicy": _object("NetworkPolicy", "x"),
    "kinds: Service x names a namespace": _object("Service", "x", namespace="x"),
    "size:": lambda bundle: setattr(bundle, "size", 2**21),
    "name:": _spec("version", "9.9.9"),
    "annotations: the annotation repository": lambda bundle: bundle.csv["metadata"]["annotations"].pop("repository"),
    "annotations: features": _annotate("features.operators.openshift.io/disconnected", "yes"),
    "annotations: capabilities": _annotate("capabilities", "Wonderful"),
    "annotations: createdAt": _annotate("createdAt", "yesterday"),
    "metadata:": lambda bundle: bundle.annotations.update(more="x"),
    "modes:": lambda bundle: bundle.csv["spec"]["installModes"].pop(),
    "images: relatedImages": lambda bundle: bundle.csv["spec"]["relatedImages"].pop(),
    "images: containerImage": _annotate("containerImage", "example.com/other:1"),
    "images: example.com/x:1 is not named by digest": _spec("relatedImages", [{"name": "x", "image": "example.com/x:1"}]),
    "accounts:": _object("ServiceAccount", ACCOUNT),
    "rights:": _wildcard,
    "owned: owned are": lambda bundle: bundle.owned().pop(),
    "owned: mcptools.mcpregistry.dev has no resources": lambda bundle: bundle.owned()[0].pop("resources"),
    "examples: alm-examples has no": _annotate("alm-examples", "[]"),
    "examples: spec.": lambda bundle: bundle.owned()[0]["specDescriptors"].clear(),
    "descriptors: spec.": _drop_first("specDescriptors"),
    "conditions:": lambda bundle: bundle.owned()[0]["statusDescriptors"].clear(),
    "disruption:": _object("PodDisruptionBudget", "x"),
    "icon:": _spec("icon", []),
}


@test
def rules_see_what_breaks_them(_):
    """Each of the rules is broken by a bundle that breaks it."""
    for expected, change in BREAKS.items():
        found = changed(change)
        check(any(line.startswith(expected) for line in found), f"nothing says '{expected}': {found}")


def _without_what_olm_needs(spec):
    """The Deployment's spec without what only OLM's has: which namespaces to watch, and where its images run."""
    made = copy.deepcopy(spec)
    pod = made["template"]["spec"]
    watched = pod["containers"][0]["env"].pop()
    equal(watched["name"], "WATCH_NAMESPACE")
    equal(set(pod.pop("affinity")), {"nodeAffinity"})
    return made


@test
def same_deployment(_):
    """The bundle's Deployment is the one that kustomize gives."""
    installed = ways.kustomize()[("Deployment", project.NAMESPACE, "toolhive-operator")]
    ways.require_same(_without_what_olm_needs(committed().deployment_spec()), installed["spec"])


@test
def same_objects(_):
    """What the bundle holds beside the ClusterServiceVersion is what kustomize gives, and nothing is left out."""
    rendered = ways.by_name(olm.render(committed(), project.NAMESPACE))
    made = {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "ServiceAccount", "Deployment"}
    wanted = {key: value for key, value in ways.kustomize().items() if key[0] not in made or key[2].startswith("mcpregistry")
              or key[2].endswith(("-metrics-reader", "-server-secrets", "-tls-secrets"))}
    ways.require_same({key: rendered.get(key) for key in wanted}, wanted)


@test
def same_rights(_):
    """With all namespaces watched the operator has the rights that kustomize gives it, and no others."""
    given = rights.granted(ways.kustomize().values(), ACCOUNT)
    made = rights.granted(olm.render(committed(), project.NAMESPACE), ACCOUNT)
    # What it may do in its own namespace only, OLM lets it do in all when all are watched: with leases, and with its one Secret, which
    # it cannot make and which is in no other.
    own = {right for right in made[""] if right[1] in (LEASES, "secrets")}
    equal(made[""] - own, given[""])
    equal(own, given[project.NAMESPACE])
    equal({right for right in own if right[1] == "secrets"},
          {("", "secrets", "toolhive-operator-identity", verb) for verb in ("get", "update")})


@test
def own_namespace(_):
    """With its own namespace watched the operator has rights in it only, but for what is in no namespace."""
    made = rights.granted(olm.render(committed(), "home", ["home"]), ACCOUNT)
    equal({resource for _, resource, _, _ in made[""]}, CLUSTER_SCOPED)
    equal(set(made), {"", "home"})


@test
def other_namespaces(_):
    """With other namespaces watched the operator has the same rights in each of them."""
    made = rights.granted(olm.render(committed(), "home", ["a", "b"]), ACCOUNT)
    equal((set(made), made["a"]), ({"", "a", "b", "home"}, made["b"]))


def plural(word):
    if word.endswith("y"):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith("s") else "s")


@test
def owned_objects(_):
    """A console shows below our resources every kind of object that the operator may make."""
    shown = {resource["kind"] for each in committed().owned() for resource in each["resources"]}
    plurals = {plural(kind.lower()) for kind in shown}
    made = {resource for rule in committed().rules() if "create" in rule["verbs"] and "delete" in rule["verbs"]
            for resource in rule["resources"]}
    equal(plurals - {"pods", "registries"}, made)


@test
def by_digest(_):
    """A bundle with images by digest names each by digest wherever it names it."""
    digest = "sha256:" + "0123456789abcdef" * 4
    images = {f"{each}_IMAGE": f"mirror.example.com/{each.lower()}@{digest}" for each in ("OPERATOR", "REGISTRY", "BRIDGE")}
    with tempfile.TemporaryDirectory() as work:
        project.generate("bundle", os.path.join(work, "bundle"), images)
        bundle = Bundle.read(os.path.join(work, "bundle"))
    equal(findings(bundle), [])
    equal(bundle.images(), set(images.values()))
