"""The file-based catalogue and its graph of upgrades."""

import copy
import os

import project
from suite import check, equal, test


def catalog():
    folder = project.path("manifests", "catalog")
    return [each for name in sorted(os.listdir(folder)) for each in project.load_all(project.read("manifests", "catalog", name))]


def _of(blobs, schema):
    return [each for each in blobs if each["schema"] == schema]


def _number(name):
    return tuple(int(part) for part in name.rsplit(".v", 1)[1].split("."))


def _graph(channel, bundles):
    """What is against the upgrades of a channel."""
    entries = {each["name"]: each.get("replaces") for each in channel["entries"]}
    replaced = [each for each in entries.values() if each]
    heads = set(entries) - set(replaced)
    if len(heads) != 1:
        yield f"{channel['name']} has {len(heads)} heads"
    if len(replaced) != len(set(replaced)) or len(replaced) != len(entries) - 1:
        yield f"{channel['name']}: not every version but the first replaces one, and each another"
    yield from (f"{name} has no bundle" for name in entries if name not in bundles)
    yield from (f"{name} replaces {before}, which is not older and in the channel" for name, before in entries.items()
                if before and (before not in entries or _number(before) >= _number(name)))


def findings(blobs):
    package, bundles = _of(blobs, "olm.package")[0], {each["name"] for each in _of(blobs, "olm.bundle")}
    channels = {each["name"]: each for each in _of(blobs, "olm.channel")}
    if package["defaultChannel"] not in channels:
        yield f"the default channel {package['defaultChannel']} does not exist"
    yield from (f"{each['schema']} {each['name']} is of another package" for each in blobs
                if each.get("package", package["name"]) != package["name"])
    for channel in channels.values():
        yield from _graph(channel, bundles)


@test
def graph(_):
    """The catalogue offers an upgrade from each version to the next, and this version last."""
    equal(list(findings(catalog())), [])
    entries = {each["name"]: each.get("replaces") for each in _of(catalog(), "olm.channel")[0]["entries"]}
    equal(set(entries) - set(entries.values()), {f"toolhive-operator.v{project.version()}"})


def _with_next(replaces):
    """The catalogue with a version more."""
    blobs = copy.deepcopy(catalog())
    blobs.append({**_of(blobs, "olm.bundle")[0], "name": "toolhive-operator.v9.0.0"})
    _of(blobs, "olm.channel")[0]["entries"].append({"name": "toolhive-operator.v9.0.0", "replaces": replaces})
    return blobs


@test
def next_version(_):
    """A next version that replaces this one is an upgrade; one that replaces nothing, itself or what never was is not."""
    this = f"toolhive-operator.v{project.version()}"
    equal(list(findings(_with_next(this))), [])
    for wrong in (None, "toolhive-operator.v9.0.0", "toolhive-operator.v0.0.1"):
        check(list(findings(_with_next(wrong))), f"replacing {wrong} is taken")


@test
def no_bundle(_):
    """A version without its bundle, and a default channel that does not exist, are found."""
    check(any("has no bundle" in line for line in findings([each for each in catalog() if each["schema"] != "olm.bundle"])))
    blobs = copy.deepcopy(catalog())
    _of(blobs, "olm.package")[0]["defaultChannel"] = "fast"
    check(any("default channel fast" in line for line in findings(blobs)))


@test
def images(_):
    """Whoever mirrors the catalogue finds every image in it: the bundle's own and those of its Deployment."""
    bundle = _of(catalog(), "olm.bundle")[-1]
    csv = next(each for each in project.load_all(project.read(
        "manifests", "bundle", "manifests", "toolhive-operator.clusterserviceversion.yaml")))
    equal({each["image"] for each in bundle["relatedImages"]},
          {bundle["image"]} | {each["image"] for each in csv["spec"]["relatedImages"]})
