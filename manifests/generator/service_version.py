"""The ClusterServiceVersion of the bundle."""

import base64
import copy
import glob
import json
import os

import rights
import source
import yaml_text
from descriptors import Descriptors

MANIFESTS = os.path.join(source.ROOT, "manifests", "source")
# The images are built for it.
ARCHITECTURE = "amd64"
# The Operator Lifecycle Manager says which namespaces to watch in an annotation of the pod.
WATCH_NAMESPACE = {"name": "WATCH_NAMESPACE",
                   "valueFrom": {"fieldRef": {"fieldPath": "metadata.annotations['olm.targetNamespaces']"}}}
NODES = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [
    {"key": "kubernetes.io/arch", "operator": "In", "values": [ARCHITECTURE]},
    {"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]}]}]}}}


def load(name):
    with open(os.path.join(MANIFESTS, name), encoding="utf-8") as file:
        return yaml_text.load(file)


def name():
    return f"{source.NAME}.v{source.version()}"


def deployment(objects):
    return next(each for each in objects if each["kind"] == "Deployment")


def _container(objects):
    return deployment(objects)["spec"]["template"]["spec"]["containers"][0]


def related_images(objects):
    """The operator's image, and those in its environment that are its operands'."""
    container = _container(objects)
    related = [(variable["name"], variable["value"]) for variable in container["env"]
               if variable["name"].startswith("RELATED_IMAGE_")]
    return [{"name": "operator", "image": container["image"]}] + [
        {"name": variable.removeprefix("RELATED_IMAGE_").lower(), "image": image} for variable, image in related]


def _samples():
    found = []
    for path in sorted(glob.glob(os.path.join(source.ROOT, "config", "samples", "*.yaml"))):
        with open(path, encoding="utf-8") as file:
            found += [each for each in yaml_text.load_all(file) if each["apiVersion"].startswith("mcpregistry.dev/")]
    return found


def _annotations(objects, said):
    return {**said, "alm-examples": json.dumps(_samples(), indent=2), "containerImage": _container(objects)["image"]}


def _owned(crd):
    kind, version = crd["spec"]["names"]["kind"], crd["spec"]["versions"][0]
    schema = version["schema"]["openAPIV3Schema"]
    described = Descriptors(kind, schema)
    return {"name": crd["metadata"]["name"], "kind": kind, "version": version["name"], "displayName": kind,
            "description": schema["description"], "resources": [{"name": "", **each} for each in load("owned.yaml")[kind]],
            "specDescriptors": described.of("spec"), "statusDescriptors": described.of("status")}


def _deployment_spec(objects):
    spec = copy.deepcopy(deployment(objects)["spec"])
    pod = spec["template"]["spec"]
    pod["containers"][0]["env"].append(WATCH_NAMESPACE)
    pod["affinity"] = NODES
    return spec


def _install(objects):
    within, across = rights.permissions(objects)
    account = {"serviceAccountName": source.NAME}
    return {"strategy": "deployment", "spec": {
        "permissions": [{**account, "rules": within}],
        "clusterPermissions": [{**account, "rules": across}],
        "deployments": [{"name": source.NAME, "label": {"app.kubernetes.io/name": source.NAME},
                         "spec": _deployment_spec(objects)}]}}


def icon():
    with open(os.path.join(MANIFESTS, "icon.svg"), "rb") as file:
        return {"base64data": base64.b64encode(file.read()).decode(), "mediatype": "image/svg+xml"}


def make(objects):
    said = load("csv.yaml")
    crds = [each for each in objects if each["kind"] == "CustomResourceDefinition"]
    return {
        "apiVersion": "operators.coreos.com/v1alpha1", "kind": "ClusterServiceVersion",
        "metadata": {"name": name(), "annotations": _annotations(objects, said["annotations"]),
                     "labels": {f"operatorframework.io/arch.{ARCHITECTURE}": "supported",
                                "operatorframework.io/os.linux": "supported"}},
        "spec": {**said["spec"], "version": source.version(), "icon": [icon()],
                 "relatedImages": related_images(objects),
                 "customresourcedefinitions": {"owned": [_owned(crd) for crd in crds]},
                 "install": _install(objects)}}
