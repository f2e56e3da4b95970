"""A bundle as it lies on disk."""

import os

import yaml


def _load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader=yaml.CSafeLoader)


def _fields(schema, path=""):
    inside, before = (schema["items"], path + "[0]") if "items" in schema else (schema, path)
    found = set()
    for key, field in inside.get("properties", {}).items():
        where = f"{before}.{key}".lstrip(".")
        found |= {where} | _fields(field, where)
    return found


class Bundle:
    def __init__(self, objects, annotations, containerfile, size):
        self.objects, self.annotations, self.containerfile, self.size = objects, annotations, containerfile, size
        self.package = annotations["operators.operatorframework.io.bundle.package.v1"]

    @staticmethod
    def read(folder):
        paths = [os.path.join(folder, "manifests", name) for name in sorted(os.listdir(os.path.join(folder, "manifests")))]
        with open(os.path.join(folder, "Containerfile"), encoding="utf-8") as file:
            containerfile = file.read()
        return Bundle([_load(path) for path in paths], _load(os.path.join(folder, "metadata", "annotations.yaml"))["annotations"],
                      containerfile, sum(map(os.path.getsize, paths)))

    @property
    def csv(self):
        return next(each for each in self.objects if each["kind"] == "ClusterServiceVersion")

    def others(self):
        """What is in the bundle beside the ClusterServiceVersion."""
        return [each for each in self.objects if each["kind"] != "ClusterServiceVersion"]

    def owned(self):
        return self.csv["spec"]["customresourcedefinitions"]["owned"]

    def install(self):
        return self.csv["spec"]["install"]["spec"]

    def deployment_spec(self):
        return self.install()["deployments"][0]["spec"]

    def images(self):
        """Every image that the Deployment names, in its environment as well."""
        containers = self.deployment_spec()["template"]["spec"]["containers"]
        return {each["image"] for each in containers} | {
            variable["value"] for each in containers for variable in each["env"] if variable["name"].startswith("RELATED_IMAGE_")}

    def rules(self):
        return [rule for part in ("permissions", "clusterPermissions") for each in self.install()[part] for rule in each["rules"]]

    def accounts(self):
        return {each["serviceAccountName"] for part in ("permissions", "clusterPermissions") for each in self.install()[part]}

    def fields(self, kind, part):
        """The paths of all fields of spec or status, by the schema of the CRD."""
        crd = next(each for each in self.objects if each["kind"] == "CustomResourceDefinition"
                   and each["spec"]["names"]["kind"] == kind)
        return _fields(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"][part])
