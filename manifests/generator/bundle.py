"""The bundle (registry+v1) for the Operator Lifecycle Manager."""

import copy
import os
import shutil

import rights
import service_version
import source
import yaml_text

ANNOTATIONS = {
    "operators.operatorframework.io.bundle.mediatype.v1": "registry+v1",
    "operators.operatorframework.io.bundle.manifests.v1": "manifests/",
    "operators.operatorframework.io.bundle.metadata.v1": "metadata/",
    "operators.operatorframework.io.bundle.package.v1": source.NAME,
    "operators.operatorframework.io.bundle.channels.v1": "stable",
    "operators.operatorframework.io.bundle.channel.default.v1": "stable",
    "operators.operatorframework.io.test.mediatype.v1": "scorecard+v1",
    "operators.operatorframework.io.test.config.v1": "tests/scorecard/",
    # This one and later ones.
    "com.redhat.openshift.versions": "v4.12",
}
FOLDERS = ("manifests", "metadata", "tests/scorecard")
CONTAINERFILE = """\
FROM scratch
{labels}
COPY manifests /manifests/
COPY metadata /metadata/
COPY tests/scorecard /tests/scorecard/
"""


def _beside(objects):
    """The objects that the ClusterServiceVersion does not make, free of a namespace, which is chosen at installation."""
    covered = [*rights.bindings(objects), *rights.roles(objects), service_version.deployment(objects)]
    for each in objects:
        if each in covered or each["kind"] in ("Namespace", "ServiceAccount"):
            continue
        made = copy.deepcopy(each)
        made["metadata"].pop("namespace", None)
        made["metadata"].get("labels", {}).pop("app.kubernetes.io/managed-by", None)
        yield made


def _file_name(of):
    name, kind = of["metadata"]["name"], of["kind"].lower()
    if kind == "customresourcedefinition":
        return f'{of["spec"]["group"]}_{of["spec"]["names"]["plural"]}.yaml'
    return f"{name}.{kind}.yaml"


def write(folder):
    shutil.rmtree(folder, ignore_errors=True)
    for part in FOLDERS:
        os.makedirs(os.path.join(folder, part))
    objects = source.objects()

    def put(path, text):
        with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
            file.write(text)

    put(f"manifests/{source.NAME}.clusterserviceversion.yaml", yaml_text.dump(service_version.make(objects)))
    for each in _beside(objects):
        put(f"manifests/{_file_name(each)}", yaml_text.dump(each))
    put("metadata/annotations.yaml", yaml_text.dump({"annotations": ANNOTATIONS}))
    labels = "\n".join(f"LABEL {key}={value}" for key, value in ANNOTATIONS.items())
    put("Containerfile", CONTAINERFILE.format(labels=labels))
    shutil.copy(os.path.join(source.ROOT, "manifests", "source", "scorecard.yaml"),
                os.path.join(folder, "tests", "scorecard", "config.yaml"))
