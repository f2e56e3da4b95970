"""How the audit log is read, on lines made up for it."""

import json

import audit
from suite import equal, test

REASON = 'RBAC: allowed by RoleBinding "tls/mcp" of ClusterRole "tls" to ServiceAccount "operator/home"'


def line(verb, uri, code, identity, **target):
    return json.dumps({"auditID": identity, "verb": verb, "requestURI": uri, "user": {"username": "operator"},
                       "responseStatus": {"code": code}, "annotations": {"authorization.k8s.io/reason": REASON},
                       **({"objectRef": target} if target else {})})


def read(*lines):
    return [(each.group, each.resource, each.name, each.verb, each.allowed_by) for each in audit.read(lines, "operator")]


@test
def once(_):
    """A watch is one request, although the log has its beginning and its end."""
    told = line("watch", "/api/v1/pods?watch=true", 200, "1", resource="pods", apiVersion="v1")
    equal(read(told, told), [("", "pods", "", "watch", "tls")])


@test
def of_others(_):
    """What others asked is not read."""
    told = line("get", "/version", 200, "1")
    equal(read(told.replace('"operator"', '"somebody"'), told.replace('"username": "operator"', "")), [])


@test
def made_by_patch(_):
    """A patch that made its object needed the right to create it, too."""
    target = {"resource": "jobs", "apiGroup": "batch", "name": "backup"}
    equal([verb for _, _, _, verb, _ in read(line("patch", "/", 201, "1", **target))], ["patch", "create"])
    equal([verb for _, _, _, verb, _ in read(line("patch", "/", 200, "2", **target))], ["patch"])


@test
def parts(_):
    """A part of an object is a resource of its own, and a path that is no resource has no group."""
    equal(read(line("patch", "/", 200, "1", resource="registries", apiGroup="mcpregistry.dev", name="r", subresource="status")),
          [("mcpregistry.dev", "registries/status", "r", "patch", "tls")])
    equal(read(line("get", "/version?timeout=1s", 200, "2")), [(None, "/version", "", "get", "tls")])


@test
def name_of_a_new_object(_):
    """Of the name of what is to be created roles know nothing."""
    equal(read(line("create", "/", 201, "1", resource="leases", apiGroup="coordination.k8s.io", name="mine")),
          [("coordination.k8s.io", "leases", "", "create", "tls")])
