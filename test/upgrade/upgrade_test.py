"""From the version that was released last to this tree with resources in place, and back."""

import time

import installations
import node
import project
import resources
from reader import Reader
from resources import FIXED, FOLLOWING, TEAM
from suite import check, equal, test
from versions import NEW, OLD

REGISTRY = "mcp-registry"


def _seen():
    return {"tools of main": resources.tools("main"), "tools of pinned": resources.tools("pinned"), "MCPTools": resources.statuses(),
            "claims": resources.claims()}


def _require_same(before, after):
    for what, was in before.items():
        lost = sorted(str(key) for key in was.keys() - after[what].keys())
        equal((what, "lost", lost), (what, "lost", []))
        for key, value in was.items():
            equal((what, key, after[what][key]), (what, key, value))


def _go(way, version, before, registry_image):
    """To a version with everything at work, and what that cost: what was made anew, and how long readers waited."""
    registry = Reader(f"http://main.{TEAM}.svc:8080/api/v1/tools", {"200"})
    server = Reader(f"http://http-mcp.{TEAM}.svc:8080/", {"404"})
    revisions, pods, start = resources.revisions(), resources.pods(), time.monotonic()
    try:
        way.install(version)
        installations.wait_at_work(version)
        resources.wait_settled(registry_image)
    finally:
        took, (asked, away), (_, server_away) = time.monotonic() - start, registry.stop(), server.stop()
    made = {name: revision - revisions[name] for name, revision in resources.revisions().items()}
    print(f"      {version.number}: {took:.0f} s; of {asked} reads of the registry none answered for {away:.1f} s; made anew: "
          + ", ".join(f"{name} {number}" for name, number in sorted(made.items()) if number), flush=True)
    _require_same(before, _seen())
    for name in FIXED:
        equal((name, made[name], resources.pods()[name]), (name, 0, pods[name]))
    for name in FOLLOWING:
        equal((name, made[name]), (name, 1))
    check(server_away < 2, f"a server that is not the operator's to change was away for {server_away:.1f} s")
    check(away < 30, f"the registry was away for {away:.1f} s")


def _works_on():
    """What is new works with what was there, and what was there can be changed and deleted."""
    claim, backup = node.sample("registrybackup")
    backup["spec"]["registryRef"]["name"] = "main"
    node.apply([claim, backup], "-n", TEAM)
    project.kubectl("-n", TEAM, "wait", "--for=condition=Complete", "--timeout=180s", f"registrybackup/{backup['metadata']['name']}")
    digest = project.kubectl("-n", TEAM, "get", "mcptool", "http", "--output=jsonpath={.status.offeredDigest}")
    project.kubectl("-n", TEAM, "patch", "mcptool", "http", "--type=merge", "--patch",
                    '{"spec": {"contract": {"approvedDigest": "%s"}}}' % digest)
    project.kubectl("-n", TEAM, "wait", "--for=condition=ContractVerified=True", "--timeout=120s", "mcptool/http")
    project.kubectl("-n", TEAM, "delete", "mcptool", "clock", "--timeout=120s")
    names = {name for name, _ in resources.tools("main")}
    check("clock" not in names and "http.forecast" in names, names)


def _there(way):
    """The old version with everything in place, and what is seen of it."""
    way.install(OLD)
    installations.wait_at_work(OLD)
    resources.apply_all()
    resources.wait_settled(OLD.image(REGISTRY))
    return _seen()


def _remove(way, version):
    resources.remove_all()
    way.remove(version)


def _there_and_back(way):
    before = _there(way)
    for version in (NEW, OLD, NEW):
        _go(way, version, before, version.image(REGISTRY))
    _works_on()
    _remove(way, NEW)


@test
def kustomize(_):
    """By kustomize no tool is lost and nothing is made anew without need, there and back, and there again."""
    _there_and_back(installations.Kustomize())


@test
def install_file(_):
    """By install.yaml no tool is lost and nothing is made anew without need, there and back, and there again."""
    _there_and_back(installations.InstallFile())


@test
def lifecycle(_):
    """By the bundle as the Operator Lifecycle Manager renders it no tool is lost and nothing is made anew without need, there and back, and there again."""
    _there_and_back(installations.Lifecycle())


# Last, for Helm owns the fields of the CRDs afterwards.
@test
def chart(_):
    """By the Helm chart no tool is lost and nothing is made anew without need, there and back, and there again."""
    _there_and_back(installations.Chart())
