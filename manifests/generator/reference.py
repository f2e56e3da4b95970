"""docs/crd-reference.md: every field of the custom resources, and every rule, as their schemas have them."""

import glob
import json
import os

import source
import yaml_text

HEAD = """# Fields of the resources

Generated from the schemas in `crds/`, which an API server holds resources against.
[resources.md](resources.md) explains what the fields are for and how they go together.

`[]` stands for each entry of a list, `{}` for each value of a map. A field in **bold** is required where what it stands in is given.
A field that is not here is refused.
"""
LONGEST_PATTERN = 60


def _resources():
    for path in sorted(glob.glob(os.path.join(source.ROOT, "crds", "mcpregistry.dev_*.yaml"))):
        with open(path, encoding="utf-8") as file:
            yield yaml_text.load(file)["spec"]


def _line(text):
    return " ".join(str(text).split()).replace("|", "\\|")


def _text(text):
    return _line(text).replace("<", "&lt;")


def _code(value):
    return f"`{_line(value)}`"


def _value(value):
    return _code(value if isinstance(value, str) else json.dumps(value))


def _type(field):
    if field.get("x-kubernetes-int-or-string"):
        return "integer or string"
    if "items" in field:
        return f"list of {_type(field['items'])}"
    if "additionalProperties" in field:
        return f"map of {_type(field['additionalProperties'])}"
    if field.get("x-kubernetes-preserve-unknown-fields"):
        return "any object"
    return field["type"] + (f" ({field['format']})" if "format" in field else "")


def _range(field, least, most, unit):
    low, high = field.get(least), field.get(most)
    if low and high is not None:
        return [f"{low} to {high}{unit}" if low != high else f"{low}{unit}"]
    if high is not None:
        return [f"at most {high}{unit}"]
    return [f"at least {low}{unit}"] if low is not None else []


def _bounds(field):
    """What a value must be, beside its type."""
    found = []
    if "enum" in field:
        found.append("one of " + ", ".join(_code(each) for each in field["enum"]))
    found += _range(field, "minimum", "maximum", "")
    if "enum" not in field:
        found += _range(field, "minLength", "maxLength", " characters")
    found += _range(field, "minItems", "maxItems", " entries")
    found += _range(field, "minProperties", "maxProperties", " entries")
    if "pattern" in field:
        short = len(field["pattern"]) <= LONGEST_PATTERN
        found.append(_code(field["pattern"]) if short else "a pattern that is in the CRD")
    for entry in ("items", "additionalProperties"):
        if entry in field and "properties" not in field[entry]:
            found += [f"each {bound}" for bound in _bounds(field[entry])]
    return found


def _inside(path, field):
    """Where the fields of a field are: (path, schema)."""
    if "items" in field:
        return _inside(path + "[]", field["items"])
    if isinstance(field.get("additionalProperties"), dict):
        return _inside(path + "{}", field["additionalProperties"])
    return path, field


def _rows(path, schema, deep):
    """A row of each field of an object; `deep`: of those below them as well."""
    where, inside = _inside(path, schema)
    for name, field in inside.get("properties", {}).items():
        full = f"{where}.{name}"
        shown = f"**{_code(full)}**" if name in inside.get("required", []) else _code(full)
        default = _value(field["default"]) if "default" in field else ""
        yield f"| {shown} | {_type(field)} | {default} | {'; '.join(_bounds(field))} | {_text(field['description'])} |"
        if deep:
            yield from _rows(full, field, deep)


def _table(path, schema, deep):
    yield from ("", "| field | type | default | bounds | meaning |", "|---|---|---|---|---|")
    yield from _rows(path, schema, deep)


def _rules(path, schema):
    """(path, message) of each rule."""
    where, inside = _inside(path, schema)
    for rule in [*(schema.get("x-kubernetes-validations", []) if inside is not schema else []), *inside.get("x-kubernetes-validations", [])]:
        yield path, rule["message"]
    for name, field in inside.get("properties", {}).items():
        yield from _rules(f"{where}.{name}" if where else name, field)


def _part(path, schema):
    """A section of the fields that have none below them, and one of each that has."""
    default = f" Left out, it is {_value(schema['default'])}." if "default" in schema else ""
    yield from ("", f"### {path}", "", _text(schema["description"]) + default)
    yield from _table(path, schema, deep=False)
    for name, field in schema["properties"].items():
        full = f"{path}.{name}"
        if _inside(full, field)[1].get("properties"):
            yield from ("", f"### {full}")
            yield from _table(full, field, deep=True)


def _kind(resource):
    version = resource["versions"][0]
    schema = version["schema"]["openAPIV3Schema"]
    yield from ("", f"## {resource['names']['kind']}", "",
                f"`{resource['group']}/{version['name']}`, {resource['scope'].lower()}. {_text(schema['description'])}")
    for part in ("spec", "status"):
        yield from _part(part, schema["properties"][part])
    yield from ("", "### Rules", "", "| at | what is refused is told |", "|---|---|")
    for path, message in _rules("", schema):
        yield f"| {_code(path or 'metadata')} | {_text(message)} |"


def write(path):
    lines = [line for resource in _resources() for line in _kind(resource)]
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEAD + "\n".join(lines) + "\n")
