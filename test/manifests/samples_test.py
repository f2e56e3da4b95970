"""The samples of config/samples."""

import os

import cluster
import project
from suite import check, equal, test

FOLDER = project.path("config", "samples")
SAMPLES = sorted(name for name in os.listdir(FOLDER) if name != "kustomization.yaml")


def custom_resources():
    return [(name, each) for name in SAMPLES for each in project.load_all(project.read("config", "samples", name))
            if each["apiVersion"].startswith("mcpregistry.dev/")]


@test
def valid(_):
    """An API server takes every sample, and knows every field of it."""
    said = cluster.dry_run(*(os.path.join(FOLDER, name) for name in SAMPLES))
    for _, each in custom_resources():
        name = f"{each['kind'].lower()}.mcpregistry.dev/{each['metadata']['name']}"
        check(f"{name} serverside-applied (server dry run)" in said, f"{name} is not in {said}")


@test
def unknown_field(_):
    """A sample with a field that does not exist would be refused."""
    path = os.path.join(project.path("build"), f"sample-{os.getpid()}.yaml")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(project.read("config", "samples", "registry.yaml").replace("size:", "sizes:"))
        try:
            cluster.dry_run(path)
        except AssertionError as error:
            check("sizes" in str(error), error)
            return
        check(False, "it is taken")
    finally:
        os.remove(path)


@test
def names(_):
    """No two samples are about the same object, so that all can be applied to one namespace."""
    found = [(each["kind"], each["metadata"]["name"]) for _, each in custom_resources()]
    equal(len(found), len(set(found)))


@test
def explained(_):
    """Every sample says in its first line what it is for."""
    for name in SAMPLES:
        check(project.read("config", "samples", name).startswith("# "), name)


@test
def registries(_):
    """Every MCPTool and every RegistryBackup among the samples names a Registry among them."""
    there = {each["metadata"]["name"] for _, each in custom_resources() if each["kind"] == "Registry"}
    named = {each["spec"]["registryRef"]["name"] for _, each in custom_resources() if "registryRef" in each["spec"]}
    check(named <= there, named - there)
