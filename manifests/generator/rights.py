"""What the operator's ServiceAccount may do, as a ClusterServiceVersion has it."""

import source

# Of the resources that the roles name, those that are in no namespace. The others are asked for in `permissions`, which the
# Operator Lifecycle Manager grants in the namespaces that are watched only.
CLUSTER_SCOPED = {"priorityclasses", "tokenreviews", "subjectaccessreviews"}
ROLES = ("Role", "ClusterRole")


def _is_cluster_scoped(rule):
    named = [resource in CLUSTER_SCOPED for resource in rule["resources"]]
    if any(named) and not all(named):
        raise ValueError(f"a rule names resources with and without namespaces, which needs two: {rule['resources']}")
    return all(named)


def _role_of(binding, objects):
    reference = binding["roleRef"]
    return next(each for each in objects
                if each["kind"] == reference["kind"] and each["metadata"]["name"] == reference["name"])


def bindings(objects):
    """The bindings to the operator's ServiceAccount."""
    return [each for each in objects if each["kind"] in ("RoleBinding", "ClusterRoleBinding")
            and any(subject["name"] == source.NAME for subject in each["subjects"])]


def roles(objects):
    return [_role_of(each, objects) for each in bindings(objects)]


def permissions(objects):
    """(rules in the namespaces that are watched, rules in the cluster)."""
    rules = [rule for role in roles(objects) for rule in role["rules"]]
    return ([rule for rule in rules if not _is_cluster_scoped(rule)], [rule for rule in rules if _is_cluster_scoped(rule)])
