"""How a console shows every field of the custom resources: from their schemas, and a table of what those do not tell."""

import os
import re

import source
import yaml_text

UI = "urn:alm:descriptor:com.tectonic.ui:"
LEAVES = {"boolean": UI + "booleanSwitch", "integer": UI + "number", "string": UI + "text"}


def _table():
    with open(os.path.join(source.ROOT, "manifests", "source", "descriptors.yaml"), encoding="utf-8") as file:
        return yaml_text.load(file)


def fields(schema, path=""):
    """(path, schema) of every field below a schema, parents first. The entries of a list are those of its first."""
    inside = schema.get("items", schema)
    before = path + "[0]" if "items" in schema else path
    for name, field in inside.get("properties", {}).items():
        where = f"{before}.{name}" if before else name
        yield where, field
        yield from fields(field, where)


def _title(name, words):
    """externalURL, internal_url and logLevel as people write them."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)
    return " ".join(words.get(part.lower(), part if part.isupper() else part.capitalize()) for part in parts)


def _widgets(field):
    if "enum" in field:
        return [f"{UI}select:{choice}" for choice in field["enum"]]
    if field.get("x-kubernetes-int-or-string"):
        return [UI + "text"]
    return [LEAVES[field["type"]]] if field.get("type") in LEAVES else []


class Descriptors:
    """Of one kind, by the schema of its version."""

    def __init__(self, kind, schema):
        table = _table()
        self.words = table["words"]
        self.given = table["widgets"][kind]
        self.advanced = set(table["advanced"][kind])
        self.schema = schema["properties"]

    def _one(self, part, path, field):
        given = self.given[part].get(path)
        made = [f"urn:alm:descriptor:{given}"] if given else _widgets(field)
        group = path.split(".")[0].split("[")[0]
        if part == "spec" and group != path:
            made.append(f"{UI}fieldGroup:{group}")
        if part == "spec" and group in self.advanced:
            made.append(UI + "advanced")
        name = re.sub(r"\[0\]", "", path.rsplit(".", 1)[-1])
        found = {"path": path, "displayName": _title(name, self.words), "description": field.get("description", "")}
        return {**found, "x-descriptors": made} if made else found

    def of(self, part):
        """Those of spec or status."""
        return [self._one(part, path, field) for path, field in fields(self.schema[part])]
