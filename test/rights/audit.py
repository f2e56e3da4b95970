"""What an account asked of the API server, from its audit log."""

import dataclasses
import json
import re

# What the API server says of a role that allowed a request.
ALLOWED = re.compile(r'RBAC: allowed by (?:Cluster)?RoleBinding "[^"]*" of (?:Cluster)?Role "([^"]*)"')


@dataclasses.dataclass(frozen=True)
class Request:
    """One question that was put to the roles."""
    group: str | None  # None: a path that is no resource
    resource: str
    name: str
    verb: str
    namespace: str
    code: int
    allowed_by: str  # the name of the role; "" when none did
    said: str  # the API server's words, when it refused

    def succeeded(self):
        return self.code < 400


def read(lines, account):
    """Each request of the account once, and for an object that was made by a patch the create that it was besides."""
    seen = set()
    for line in lines:
        event = json.loads(line)
        # Who could not say who they are have no name. A watch is told of when it begins and when it ends; one that was cut off with the server, only when it began.
        if event["user"].get("username") != account or event["auditID"] in seen:
            continue
        seen.add(event["auditID"])
        request = _request(event)
        yield request
        if request.verb == "patch" and request.code == 201:
            yield dataclasses.replace(request, verb="create")


def _request(event):
    answer = event.get("responseStatus", {})
    reason = ALLOWED.match(event.get("annotations", {}).get("authorization.k8s.io/reason", ""))
    target = event.get("objectRef", {})
    if "resource" in target:
        group, resource = target.get("apiGroup", ""), target["resource"]
        if "subresource" in target:
            resource += "/" + target["subresource"]
    else:
        group, resource = None, event["requestURI"].partition("?")[0]
    # A name in the body of a create is not one that roles are asked about.
    name = "" if event["verb"] == "create" else target.get("name", "")
    return Request(group, resource, name, event["verb"], target.get("namespace", ""), answer.get("code", 0),
                   reason[1] if reason else "", answer.get("message", ""))
