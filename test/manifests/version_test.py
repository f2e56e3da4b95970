"""The version is in CMakeLists.txt, and what cannot read it there says the same."""

import re

import project
from suite import check, equal, test


@test
def images(_):
    """The images that config/ names have the version of the project."""
    tags = re.findall(r"localhost/[a-z-]+:(\S+)", project.read("config", "manager", "manager.yaml"))
    check(len(tags) == 3, f"three images are named, not {len(tags)}")
    equal(set(tags), {project.version()})


@test
def chart(_):
    """The chart and the operator in it have the version of the project."""
    chart_file = project.load_all(project.read("manifests", "chart", "Chart.yaml"))[0]
    equal((chart_file["version"], chart_file["appVersion"]), (project.version(), project.version()))


@test
def nowhere_else(_):
    """No script, Makefile or test names the version of the images itself."""
    places = ("Makefile", "config/deploy.sh", "test/demo/demo.sh", "test/e2e/harness/cluster.cpp",
              "test/faults/harness/operator_process.hpp")
    equal([place for place in places if project.version() in project.read(place)], [])
