"""The CRDs take what those of the version that was released last took."""

import json
import os

import project
import yaml
from suite import check, equal, test
from versions import NEW, OLD

# Descriptions are for people, and change as they like.
CONFIGURATION = """
validations:
  - {name: description, enforcement: None}
"""


def _crdify(old, new):
    """What it finds: {(place, check): what it says}."""
    settings = os.path.join(os.environ["OUT"], "crdify.yaml")
    with open(settings, "w", encoding="utf-8") as file:
        file.write(CONFIGURATION)
    done = project.run(os.path.join(os.environ["OUT"], "crdify"), "--config", settings, "--output", "json", f"file://{old}", f"file://{new}")
    check(done.returncode in (0, 1) and done.stdout, done.stderr)
    plural = os.path.basename(new).removeprefix("mcpregistry.dev_").removesuffix(".yaml")
    return dict(_findings(json.loads(done.stdout), plural))


def _findings(report, plural):
    for each in report.get("crdValidation") or []:
        if each.get("errors"):
            yield (plural, each["name"]), each["errors"]
    for kind in ("sameVersionValidation", "servedVersionValidation"):
        for places in (report.get(kind) or {}).values():
            for place, checks in places.items():
                yield from (((f"{plural} {place}", each["name"]), each["errors"]) for each in checks if each.get("errors"))


@test
def compatible(_):
    """crdify finds nothing between the CRDs but what is explained."""
    equal(sorted(set(OLD.crds()) - set(NEW.crds())), [])
    found = {}
    for name, path in OLD.crds().items():
        found.update(_crdify(path, NEW.crds()[name]))
    with open(os.path.join(os.path.dirname(__file__), "crd_changes.yaml"), encoding="utf-8") as file:
        explained = {(each["at"], each["check"]) for each in yaml.safe_load(file)}
    equal(sorted(set(found) - explained), [])
    equal(sorted(explained - set(found)), [])


@test
def crdify_finds(_):
    """A field that is removed, one that is needed all at once and a smaller bound are found."""
    with open(OLD.path("crds", "mcpregistry.dev_registries.yaml"), encoding="utf-8") as file:
        crd = yaml.safe_load(file)
    spec = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    del spec["properties"]["image"]
    spec.setdefault("required", []).append("replicas")
    spec["properties"]["replicas"]["maximum"] = 1
    path = os.path.join(os.environ["OUT"], "mcpregistry.dev_registries.yaml")
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump(crd, file)
    found = _crdify(OLD.path("crds", "mcpregistry.dev_registries.yaml"), path)
    wanted = {("registries", "existingFieldRemoval"), ("registries ^.spec", "required"), ("registries ^.spec.replicas", "maximum")}
    equal(sorted(wanted - set(found)), [])
