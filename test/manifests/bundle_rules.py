"""What catalogues and consoles ask of a bundle:  bundle_rules.py BUNDLE prints what is against it."""

import json
import os
import re
import sys

from bundle_folder import Bundle

KINDS = {"ClusterServiceVersion", "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding",
         "Service", "ServiceAccount", "Secret", "ConfigMap", "PodDisruptionBudget", "PriorityClass"}
MODES = {"OwnNamespace", "SingleNamespace", "MultiNamespace", "AllNamespaces"}
FEATURES = {f"features.operators.openshift.io/{each}" for each in (
    "disconnected", "fips-compliant", "proxy-aware", "tls-profiles", "token-auth-aws", "token-auth-azure", "token-auth-gcp")}
SAID = {"capabilities", "categories", "containerImage", "createdAt", "description", "repository", "support", "certified",
        "operatorframework.io/suggested-namespace"}
LEVELS = {"Basic Install", "Seamless Upgrades", "Full Lifecycle", "Deep Insights", "Auto Pilot"}
BYTES = 1024 * 1024  # A ConfigMap, in which a bundle is unpacked, holds no more.


def kinds(bundle):
    for each in bundle.objects:
        if each["kind"] not in KINDS:
            yield f"{each['kind']} {each['metadata']['name']}: not a kind that bundles may hold everywhere"
        if "namespace" in each["metadata"]:
            yield f"{each['kind']} {each['metadata']['name']} names a namespace, which is chosen at installation"


def size(bundle):
    if bundle.size > BYTES:
        yield f"{bundle.size} bytes are more than the {BYTES} that a ConfigMap holds"


def name(bundle):
    wanted = f"{bundle.package}.v{bundle.csv['spec']['version']}"
    if bundle.csv["metadata"]["name"] != wanted:
        yield f"the ClusterServiceVersion is named {bundle.csv['metadata']['name']}, not {wanted}"


def annotations(bundle):
    said = bundle.csv["metadata"]["annotations"]
    yield from (f"the annotation {each} is missing" for each in sorted((SAID | FEATURES) - said.keys()))
    yield from (f"{each} is neither \"true\" nor \"false\"" for each in sorted(FEATURES & said.keys())
                if said[each] not in ("true", "false"))
    if said.get("capabilities") not in LEVELS:
        yield f"capabilities has no such level as {said.get('capabilities')}"
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", said.get("createdAt", "")):
        yield "createdAt is no time such as 2026-01-31T00:00:00Z"


def metadata(bundle):
    labels = dict(re.findall(r"^LABEL (\S+?)=(\S+)$", bundle.containerfile, re.MULTILINE))
    if labels != bundle.annotations:
        yield "the labels of Containerfile are not the annotations of metadata/annotations.yaml"


def modes(bundle):
    supported = {each["type"] for each in bundle.csv["spec"]["installModes"] if each["supported"]}
    if supported != MODES:
        yield f"install modes that are not supported: {sorted(MODES - supported)}"


def images(bundle):
    named = {each["image"] for each in bundle.csv["spec"]["relatedImages"]}
    if named != bundle.images():
        yield f"relatedImages has {sorted(named)}, and the Deployment {sorted(bundle.images())}"
    if bundle.csv["metadata"]["annotations"].get("containerImage") not in bundle.images():
        yield "containerImage is not an image of the Deployment"
    yield from (f"{each} is not named by digest" for each in sorted(named)
                if not each.startswith("localhost/") and not re.search(r"@sha256:[0-9a-f]{64}$", each))


def accounts(bundle):
    used = bundle.accounts()
    yield from (f"the bundle holds the ServiceAccount {each}, which OLM makes" for each in sorted(
        {each["metadata"]["name"] for each in bundle.objects if each["kind"] == "ServiceAccount"} & used))


def rights(bundle):
    for rule in bundle.rules():
        if any("*" in rule.get(part, []) for part in ("apiGroups", "resources", "verbs")):
            yield f"a rule has a wildcard: {rule}"


def owned(bundle):
    crds = {each["metadata"]["name"] for each in bundle.objects if each["kind"] == "CustomResourceDefinition"}
    listed = {each["name"] for each in bundle.owned()}
    if crds != listed:
        yield f"owned are {sorted(listed)}, and the bundle holds {sorted(crds)}"
    yield from (f"{each['name']} has no resources" for each in bundle.owned() if not each.get("resources"))


def examples(bundle):
    given = json.loads(bundle.csv["metadata"]["annotations"].get("alm-examples", "[]"))
    for each in bundle.owned():
        mine = [example for example in given if example["kind"] == each["kind"]]
        if not mine:
            yield f"alm-examples has no {each['kind']}"
        described = {descriptor["path"] for descriptor in each["specDescriptors"]}
        keys = {key for example in mine for key in example["spec"]}
        yield from (f"spec.{key} of {each['kind']} is in alm-examples and has no descriptor" for key in sorted(keys - described))


def descriptors(bundle):
    for each in bundle.owned():
        for part in ("spec", "status"):
            listed = [descriptor["path"] for descriptor in each[f"{part}Descriptors"]]
            fields = bundle.fields(each["kind"], part)
            yield from (f"{part}.{path} of {each['kind']} has no descriptor" for path in sorted(fields - set(listed)))
            yield from (f"{part}.{path} of {each['kind']} does not exist" for path in sorted(set(listed) - fields))
            if len(set(listed)) != len(listed):
                yield f"a descriptor of {part} of {each['kind']} is there twice"


def conditions(bundle):
    for each in bundle.owned():
        shown = {descriptor["path"]: descriptor.get("x-descriptors", []) for descriptor in each["statusDescriptors"]}
        if "urn:alm:descriptor:io.kubernetes.conditions" not in shown.get("conditions", []):
            yield f"the conditions of {each['kind']} are not shown as such"


def disruption(bundle):
    for each in bundle.objects:
        if each["kind"] == "PodDisruptionBudget" and each["spec"].get("maxUnavailable") in (0, "0%"):
            yield "a PodDisruptionBudget lets no pod go, and no node be drained"


def icon(bundle):
    if len(bundle.csv["spec"]["icon"]) != 1:
        yield "there is not exactly one icon"


RULES = (kinds, size, name, annotations, metadata, modes, images, accounts, rights, owned, examples, descriptors, conditions,
         disruption, icon)


def findings(bundle):
    return [f"{rule.__name__}: {line}" for rule in RULES for line in rule(bundle)]


if __name__ == "__main__":
    found = findings(Bundle.read(os.path.abspath(sys.argv[1])))
    print("\n".join(found) if found else f"{len(RULES)} rules: nothing against it")
    sys.exit(1 if found else 0)
