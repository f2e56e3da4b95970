"""What a team has in place when the operator is upgraded, and what can be seen of it."""

import json
import os
import time

import node
import project
from versions import OLD

TEAM = "team"
WEATHER = "localhost/weather:upgrade"
API = "mcpregistry.dev/v1alpha1"
# Deployments by what their image is: the operator's to choose, of the old version for good, or somebody's own.
FOLLOWING = ("main", "stdio-mcp")
FIXED = ("pinned", "http-mcp", "elsewhere")


def _custom(kind, name, spec):
    return {"apiVersion": API, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _tool(name, registry="main", **spec):
    return _custom("MCPTool", name, {"registryRef": {"name": registry}, **spec})


def _declared(name, registry="main"):
    return _tool(name, registry, version="1.2.0", definition={
        "title": name, "description": "Says what time it is.", "inputSchema": {"type": "object", "properties": {"zone": {"type": "string"}}}})


def _live(name, workload, release):
    start = {"args": ["-release", release]} if workload == {} else {"command": ["/weather", "-stdio", "-release", release], **workload}
    return _tool(name, server={"workload": {"image": WEATHER, **start}}, probe={"intervalSeconds": 10}, contract={"mode": "Enforce"})


def _elsewhere():
    """A server that the operator knows by its address alone."""
    labels = {"app": "elsewhere"}
    container = {"name": "weather", "image": WEATHER, "securityContext": {
        "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}
    pod = {"securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}, "containers": [container]}
    yield {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "elsewhere"},
           "spec": {"selector": labels, "ports": [{"port": 8080}]}}
    yield {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "elsewhere"}, "spec": {
        "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}}}


def apply_all():
    """Registries and tools of each kind, one of them held, and tools that were registered by hand. Returns once all are at work."""
    node.make_namespace(TEAM)
    remote = _tool("remote", server={"remote": {"url": f"http://elsewhere.{TEAM}.svc:8080/mcp"}}, probe={"intervalSeconds": 10})
    objects = [_custom("Registry", "main", {"storage": {"size": "1Gi"}}),
               _custom("Registry", "pinned", {"storage": {"size": "1Gi"}, "image": OLD.image("mcp-registry")}),
               *_elsewhere(), _declared("clock"), _declared("pinned-clock", "pinned"), remote,
               _live("http", {}, "1.0.0"), _live("stdio", {"transport": "Stdio"}, "1.0.0")]
    node.apply(objects, "-n", TEAM)
    node.wait_ready(TEAM, "registry/main", "registry/pinned", *(f"mcptool/{name}" for name in ("clock", "pinned-clock", "remote", "http", "stdio")))
    node.apply([_live("http", {}, "2.0.0")], "-n", TEAM)  # It breaks callers, and is held.
    project.kubectl("-n", TEAM, "wait", "--for=condition=ContractVerified=False", "--timeout=180s", "mcptool/http")
    for version in ("1.0.0", "1.1.0"):
        _ask("main", "/api/v1/tools", {"name": "by.hand", "version": version, "inputSchema": {"type": "object"}})
    _ask("main", "/api/v1/tools", {"name": "old.hand", "version": "1.0.0", "inputSchema": {"type": "object"}})
    _ask("main", "/api/v1/tools/old.hand", {"status": "deprecated", "statusMessage": "Use by.hand"}, "PATCH")


def _ask(registry, path, body=None, method=None):
    """What a Registry answers; raises when that is no success."""
    command = [os.environ["CLUSTER"], "exec", "--name", os.environ["TOOLHIVE_CLUSTER"], "--", "curl", "--silent", "--show-error", "--fail",
               "--max-time", "10", f"http://{registry}.{TEAM}.svc:8080{path}"]
    if body is not None:
        command += ["--request", method or "POST", "--header", "Content-Type: application/json", "--data", json.dumps(body)]
    return json.loads(project.output(*command))


def tools(registry):
    """Every tool in each of its versions as the registry has it."""
    found = {}
    for tool in _ask(registry, "/api/v1/tools?limit=100")["tools"]:
        for each in _ask(registry, f"/api/v1/tools/{tool['name']}/versions")["versions"]:
            document = _ask(registry, f"/api/v1/tools/{tool['name']}?version={each['version']}")
            found[tool["name"], each["version"]] = document
    return found


def _objects(kind):
    return {each["metadata"]["name"]: each for each in json.loads(project.kubectl("-n", TEAM, "get", kind, "-o", "json"))["items"]}


def revisions():
    """How often the pods of each Deployment were made anew."""
    return {name: int(each["metadata"]["annotations"]["deployment.kubernetes.io/revision"]) for name, each in _objects("deployments").items()}


def pods():
    """The pods of each Deployment, by uid, with the restarts of their containers."""
    found = {}
    for name, each in _objects("pods").items():
        restarts = sum(status["restartCount"] for status in each["status"].get("containerStatuses", []))
        found.setdefault(name.rsplit("-", 2)[0], set()).add((each["metadata"]["uid"], restarts))
    return found


def claims():
    return {name: each["metadata"]["uid"] for name, each in _objects("persistentvolumeclaims").items()}


def images():
    return {name: [container["image"] for container in each["spec"]["template"]["spec"]["containers"]]
            for name, each in _objects("deployments").items()}


def statuses():
    """What each MCPTool says of the tools of its server."""
    keys = ("offeredDigest", "offered", "registered", "held", "rejected")
    said = {}
    for name, each in _objects("mcptools").items():
        status = each["status"]
        said[name] = {**{key: status.get(key) for key in keys},
                      "tools": [(tool["name"], tool.get("version"), tool.get("state")) for tool in status.get("tools", [])],
                      **{condition["type"]: condition["status"] for condition in status["conditions"]}}
    return said


def settled(registry_image):
    """What is against all being at work with `registry_image`; empty when it is."""
    for kind in ("registries", "mcptools"):
        for name, each in _objects(kind).items():
            conditions = {condition["type"]: condition for condition in each.get("status", {}).get("conditions", [])}
            ready = conditions.get("Ready", {})
            if ready.get("status") != "True" or ready.get("observedGeneration") != each["metadata"]["generation"]:
                return f"{name}: {ready}"
            # A server whose pod is new may not have been looked at since.
            server = conditions.get("ServerAvailable", {"status": "True"})
            if server["status"] != "True":
                return f"{name}: {server}"
    if images()["main"] != [registry_image]:
        return f"main has {images()['main']}"
    for name, each in _objects("deployments").items():
        status = each["status"]
        if not (status.get("observedGeneration") == each["metadata"]["generation"] and status.get("updatedReplicas") == status.get("replicas")
                == status.get("availableReplicas") == 1):
            return f"{name}: {status}"
    gone = [name for name, each in _objects("pods").items() if "deletionTimestamp" in each["metadata"]]
    return f"still there: {gone}" if gone else ""


def wait_settled(registry_image, seconds=240):
    """Until nothing has been against it five times in a row, a second apart: a pass of the new operator may begin late."""
    end, quiet, against = time.monotonic() + seconds, 0, ""
    while quiet < 5:
        against = settled(registry_image)
        quiet = 0 if against else quiet + 1
        if time.monotonic() > end:
            raise AssertionError(f"not settled after {seconds} s: {against}")
        time.sleep(1)


def remove_all():
    """By hand, while the operator still lets go of them."""
    project.kubectl("-n", TEAM, "delete", "mcptools,registries,registrybackups" if _has_backups() else "mcptools,registries", "--all", "--timeout=120s")
    project.kubectl("delete", "namespace", TEAM, "--timeout=120s")


def _has_backups():
    return project.run(*os.environ["KUBECTL"].split(), "get", "crd", "registrybackups.mcpregistry.dev").returncode == 0
