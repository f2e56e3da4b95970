"""What the Operator Lifecycle Manager made of a bundle, held to what test/manifests/olm.py makes of it, field by field."""

import json
import tempfile

import olm
import project
import yaml
from ways import differences

RBAC = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")
# By these it finds again what it made; they say nothing of what runs. The last is a Deployment's, by its controller.
MARKS = ("olm.managed", "olm.owner", "olm.permissions.hash", "olm.deployment-spec-hash", "operators.coreos.com/", "operatorframework.io/",
         "deployment.kubernetes.io/")


def _get(*arguments):
    return json.loads(project.kubectl("get", *arguments, "-o", "json"))


def _without_marks(marked):
    return {key: value for key, value in (marked or {}).items() if not key.startswith(MARKS)}


def _plain(each):
    """What was asked for, without what the API server and the Operator Lifecycle Manager keep in it."""
    made = {key: value for key, value in each.items() if key not in ("metadata", "status")}
    for part in ("labels", "annotations"):
        made[part] = _without_marks(each["metadata"].get(part))
    template = made.get("spec", {}).get("template", {}).get("metadata")
    if template:
        template["annotations"] = _without_marks(template["annotations"])
    # The operator writes its keys into it, and that it did.
    if each["kind"] == "Secret":
        made.pop("data", None)
        made["annotations"].pop("mcpregistry.dev/filled", None)
    return made


def _both(objects):
    """(as they are, as the API server would have them in their place) of each object."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        yaml.safe_dump_all(objects, file)
        file.flush()
        replaced = project.load_all(project.kubectl("replace", "--dry-run=server", "-o", "yaml", "-f", file.name))
        return list(zip(_get("-f", file.name)["items"], replaced))


def _rights(objects):
    """Roles by what they allow, and where; bindings by the role's rules and who has them. Their names are hashes."""
    rules = {(each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"]): each["rules"]
             for each in objects if each["kind"] in ("Role", "ClusterRole")}
    found = [(kind, namespace, "", json.dumps(allowed, sort_keys=True)) for (kind, namespace, _), allowed in rules.items()]
    for each in objects:
        if each["kind"].endswith("Binding"):
            kind, namespace = each["roleRef"]["kind"], each["metadata"].get("namespace", "")
            allowed = rules[kind, namespace if kind == "Role" else "", each["roleRef"]["name"]]
            found.append((each["kind"], namespace, json.dumps(each["subjects"], sort_keys=True), json.dumps(allowed, sort_keys=True)))
    return sorted(found)


def _granted(csv):
    """The roles and bindings that were made for a ClusterServiceVersion."""
    selector = f"--selector=olm.owner={csv},olm.owner.kind=ClusterServiceVersion"
    return [each for kind in RBAC for each in _get(kind.lower() + "s", "--all-namespaces", selector)["items"]]


def left_of(csv):
    """What is still there of the roles and bindings of a ClusterServiceVersion that was replaced."""
    return sorted((each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"]) for each in _granted(csv))


def against(bundle, home, watched):
    """Where the two differ, a line for each place."""
    rendered = olm.render(bundle, home, watched)
    ours = {each["metadata"]["name"] for each in bundle.others() if each["kind"] in RBAC}
    named = [each for each in rendered if each["kind"] not in RBAC or each["metadata"]["name"] in ours]
    lines = [line for each, wanted in _both(named)
             for line in differences(_plain(each), _plain(wanted), f'{each["kind"]} {each["metadata"]["name"]}')]
    granted = _rights(_granted(bundle.csv["metadata"]["name"]))
    simulated = _rights([each for each in rendered if each not in named])
    lines += [f"only the Operator Lifecycle Manager grants {each}" for each in granted if each not in simulated]
    lines += [f"the Operator Lifecycle Manager does not grant {each}" for each in simulated if each not in granted]
    return lines
