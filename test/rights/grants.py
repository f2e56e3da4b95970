"""What is granted: single rights, each with the role that it is from."""

import dataclasses
import json

import olm
import project

# Bound to nobody: who administers a namespace binds them to the operator there.
OPTIONAL = ("toolhive-operator-server-secrets", "toolhive-operator-tls-secrets")


@dataclasses.dataclass(frozen=True, order=True)
class Right:
    """One verb on one resource, or on a path that is no resource (`group` None); `name` "" is any object."""
    group: str | None
    resource: str
    name: str
    verb: str

    def __str__(self):
        if self.group is None:
            return f"{self.verb} {self.resource}"
        return f"{self.verb} {qualified(self.group, self.resource)}{' ' + self.name if self.name else ''}"

    def covers(self, request):
        if self.group is None or request.group is None:
            return (self.group is None and request.group is None and self.verb in ("*", request.verb) and
                    _covers_path(self.resource, request.resource))
        return (self.group in ("*", request.group) and self.resource in ("*", request.resource) and
                self.verb in ("*", request.verb) and self.name in ("", request.name))


def _covers_path(granted, path):
    return path.startswith(granted[:-1]) if granted.endswith("*") else granted == path


def qualified(group, resource):
    """As kubectl names it, such as "registries.mcpregistry.dev/status"."""
    kind, slash, part = resource.partition("/")
    return (f"{kind}.{group}" if group else kind) + slash + part


def of_rule(rule):
    """The rights of a rule, one that is written down twice there twice."""
    yield from (Right(group, resource, name, verb) for group in rule.get("apiGroups") or [] for resource in rule.get("resources") or []
                for name in rule.get("resourceNames") or [""] for verb in rule["verbs"])
    yield from (Right(None, path, "", verb) for path in rule.get("nonResourceURLs") or [] for verb in rule["verbs"])


def of_bundle(bundle):
    """What the operator's account is given wherever the bundle is installed."""
    return [right for rule in bundle.rules() for right in of_rule(rule)]


def optional(bundle):
    """The rights of each role that an admin may bind, by its name."""
    return {each["metadata"]["name"]: [right for rule in each["rules"] for right in of_rule(rule)]
            for each in bundle.others() if each["metadata"]["name"] in OPTIONAL}


def roles_of_bundle(bundle, home):
    """The names that its roles have in a cluster, as the API server says them."""
    return {role["metadata"]["name"] for role, _ in olm.roles(bundle, home, ())}


def of_everybody(home):
    """The rights of each role that every ServiceAccount of the namespace has in all namespaces of the cluster of KUBECONFIG, by its name."""
    groups = {"system:authenticated", "system:serviceaccounts", f"system:serviceaccounts:{home}"}
    roles = {each["metadata"]["name"]: each.get("rules") or [] for each in _list("clusterroles")}
    bound = {each["roleRef"]["name"] for each in _list("clusterrolebindings")
             if any(subject["kind"] == "Group" and subject["name"] in groups for subject in each.get("subjects") or [])}
    return {name: [right for rule in roles[name] for right in of_rule(rule)] for name in bound}


def _list(kind):
    return json.loads(project.kubectl("get", kind, "-o", "json"))["items"]
