"""What a ServiceAccount may do, by the roles that are bound to it."""


def _single(rule):
    """A rule as single rights: (group, resource, name, verb)."""
    return {(group, resource, name, verb) for group in rule.get("apiGroups", [""]) for resource in rule.get("resources", [])
            for name in rule.get("resourceNames", [""]) for verb in rule["verbs"]}


def granted(objects, account):
    """Rights by namespace; those in all namespaces are under ""."""
    roles = {(each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"]): each["rules"]
             for each in objects if each["kind"] in ("Role", "ClusterRole")}
    found = {}
    for each in objects:
        if not each["kind"].endswith("RoleBinding") or all(subject["name"] != account for subject in each["subjects"]):
            continue
        namespace, role = each["metadata"].get("namespace", ""), each["roleRef"]
        for rule in roles[(role["kind"], namespace if role["kind"] == "Role" else "", role["name"])]:
            found.setdefault(namespace, set()).update(_single(rule))
    return found
