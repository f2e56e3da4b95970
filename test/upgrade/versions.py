"""The released version and the next one, each in a folder of its own with its sources."""

import os

import project


class Version:
    def __init__(self, folder):
        self.folder = os.path.join(os.environ["OUT"], folder)
        self.number = project.output(self.path("config", "version.sh")).strip()

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def crds(self):
        """The paths of its CRDs, by file name."""
        names = sorted(os.listdir(self.path("crds")))
        return {name: self.path("crds", name) for name in names if name.startswith("mcpregistry.dev_")}

    def image(self, name):
        return f"localhost/{name}:{self.number}"


OLD, NEW = Version("old"), Version("new")
