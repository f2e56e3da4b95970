"""The file-based catalogue: the package with its channels, and this version's bundle. Files of earlier versions stay."""

import os

import service_version
import source
import yaml_text

COPIED = ("description", "displayName", "installModes", "keywords", "links", "maintainers", "maturity", "minKubeVersion", "provider")


def _package(said):
    yield {"schema": "olm.package", "name": said["name"], "defaultChannel": said["defaultChannel"], "icon": service_version.icon()}
    for channel in said["channels"]:
        yield {"schema": "olm.channel", "package": said["name"], **channel}


def _metadata(csv):
    """What opm puts there: consoles and the package server read it without the bundle."""
    spec = csv["spec"]
    return {"annotations": csv["metadata"]["annotations"], "labels": csv["metadata"]["labels"],
            "apiServiceDefinitions": {}, "crdDescriptions": spec["customresourcedefinitions"], **{key: spec[key] for key in COPIED}}


def _bundle(objects):
    csv = service_version.make(objects)
    image = os.environ.get("BUNDLE_IMAGE") or f"localhost/{source.NAME}-bundle:{source.version()}"
    kinds = [{"group": each["spec"]["group"], "kind": each["spec"]["names"]["kind"],
              "version": each["spec"]["versions"][0]["name"]} for each in objects if each["kind"] == "CustomResourceDefinition"]
    return {"schema": "olm.bundle", "package": source.NAME, "name": csv["metadata"]["name"], "image": image,
            "properties": [{"type": "olm.package", "value": {"packageName": source.NAME, "version": source.version()}},
                           *({"type": "olm.gvk", "value": each} for each in kinds),
                           {"type": "olm.csv.metadata", "value": _metadata(csv)}],
            "relatedImages": [*csv["spec"]["relatedImages"], {"name": "", "image": image}]}


def write(folder):
    os.makedirs(folder, exist_ok=True)
    said = service_version.load("catalog.yaml")
    for name, values in (("package", list(_package(said))), (service_version.name(), [_bundle(source.objects())])):
        with open(os.path.join(folder, f"{name}.yaml"), "w", encoding="utf-8") as file:
            file.write(yaml_text.dump_all(values))
