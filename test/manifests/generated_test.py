"""What is generated, in manifests/ and docs/, is what config/ and crds/ make now."""

import filecmp
import os
import shutil
import tempfile

import project
from suite import check, test

AGAIN = "make manifests writes them again"


def changed_files(committed, again):
    """The files that differ between two folders, or are in one only."""
    found = []
    for folder in (committed, again):
        for place, _, names in os.walk(folder):
            for name in names:
                part = os.path.relpath(os.path.join(place, name), folder)
                both = [os.path.join(each, part) for each in (committed, again)]
                if not all(map(os.path.exists, both)) or not filecmp.cmp(*both, shallow=False):
                    found.append(part)
    return sorted(set(found))


def check_file(what, *place):
    with tempfile.TemporaryDirectory() as work:
        again = os.path.join(work, place[-1])
        project.generate(what, again)
        check(filecmp.cmp(again, project.path(*place), shallow=False), AGAIN)


@test
def install_file(_):
    """install.yaml is what config/ and crds/ make now."""
    check_file("install", "manifests", "install.yaml")


@test
def reference(_):
    """docs/crd-reference.md has every field and every rule as the CRDs have them now."""
    check_file("reference", "docs", "crd-reference.md")


@test
def chart(_):
    """The chart's templates are what config/ and crds/ make now, and no others."""
    with tempfile.TemporaryDirectory() as work:
        again = os.path.join(work, "chart")
        shutil.copytree(project.path("manifests", "chart"), again)
        project.generate("chart", again)
        changed = changed_files(project.path("manifests", "chart"), again)
        check(not changed, f"{changed} differ: {AGAIN}")


@test
def bundle(_):
    """The bundle is what config/ and crds/ make now, and holds nothing else."""
    with tempfile.TemporaryDirectory() as work:
        project.generate("bundle", os.path.join(work, "bundle"))
        changed = changed_files(project.path("manifests", "bundle"), os.path.join(work, "bundle"))
        check(not changed, f"{changed} differ: {AGAIN}")


@test
def catalog(_):
    """The catalogue has this version as config/ and crds/ make it now."""
    with tempfile.TemporaryDirectory() as work:
        again = shutil.copytree(project.path("manifests", "catalog"), os.path.join(work, "catalog"))
        project.generate("catalog", again)
        changed = changed_files(project.path("manifests", "catalog"), again)
        check(not changed, f"{changed} differ: {AGAIN}")
