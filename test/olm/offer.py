"""A version as a catalogue offers it: its bundle, the image of that, and its part of a catalogue."""

import copy
import json
import os
import shutil

import project
import yaml
from bundle_folder import Bundle

NAME = "toolhive-operator"


class Offer:
    """Made of the sources in `folder`, with the images of the programs whose names end with `suffix`."""

    def __init__(self, manager, folder, images, suffix):
        self._folder = folder
        self.number = project.output(os.path.join(folder, "config", "version.sh")).strip()
        self.csv = f"{NAME}.v{self.number}"
        out = os.path.join(os.environ["OUT"], self.number)
        environment = {variable: images[name + suffix] for variable, name in
                       (("OPERATOR_IMAGE", NAME), ("REGISTRY_IMAGE", "mcp-registry"), ("BRIDGE_IMAGE", "mcp-bridge"))}
        self.images = environment
        self._generate("bundle", os.path.join(out, "bundle"), environment)
        self.bundle = Bundle.read(os.path.join(out, "bundle"))
        self.image = manager.push("bundle", f"{NAME}-bundle-{self.number}", os.path.join(out, "bundle"))[f"{NAME}-bundle-{self.number}"]
        self.catalog = os.path.join(out, "catalog")
        self._generate("catalog", self.catalog, {**environment, "BUNDLE_IMAGE": self.image})

    def entry(self):
        """Its bundle, as the catalogue has it."""
        return next(each for each in project.load_all(project.read(self.catalog, f"{self.csv}.yaml")))

    def requiring(self, api):
        """The same, but it needs an API: {group, kind, version}."""
        made, entry = copy.copy(self), self.entry()
        entry["properties"].append({"type": "olm.gvk.required", "value": api})
        made.catalog = shutil.copytree(self.catalog, f"{self.catalog}-requiring")
        with open(os.path.join(made.catalog, f"{self.csv}.yaml"), "w", encoding="utf-8") as file:
            yaml.safe_dump(entry, file)
        return made

    def _generate(self, what, out, environment):
        project.output(os.path.join(self._folder, "manifests", "generate.sh"), what, out, environment=environment)


def comparable(entry):
    """An entry of a catalogue without the order of what has none."""
    return {**entry, **{key: sorted(entry[key], key=lambda each: json.dumps(each, sort_keys=True)) for key in ("properties", "relatedImages")}}
