"""Schemas made up at random, and what people and generators do to one from version to version."""
import copy

NAMES = ["a", "b", "x-c", "kind"]
WORDS = ["", "a", "b", "ab", "x-1", "red", "green", "2024-01-01"]
PATTERNS = ["^a", "b$", "^[a-z]+$", "^x-"]


class Maker:
    """Makes schemas of one random generator."""

    def __init__(self, random, dialect=None):
        self.random = random
        self.draft7 = dialect is not None and "draft-07" in dialect
        self.dialect = dialect

    def document(self, depth=3):
        out = self.schema(depth)
        if not isinstance(out, dict):
            out = {"allOf": [out]}
        if self.random.random() < 0.3:
            defs = "definitions" if self.draft7 else "$defs"
            out = {"type": "object", "properties": {"a": {"$ref": f"#/{defs}/T"}, "b": out}, defs: {"T": self.schema(depth - 1)}}
        return {"$schema": self.dialect, **out} if self.dialect else out

    def schema(self, depth):
        choice = self.random.random()
        if choice < 0.04:
            return True
        if choice < 0.06:
            return False
        if depth <= 0 or choice < 0.35:
            return self.scalar()
        if choice < 0.60:
            return self.object(depth)
        if choice < 0.75:
            return self.array(depth)
        if choice < 0.95:
            return self.combined(depth)
        return {**self.object(depth), **self.scalar(), **self.combined(depth)}

    def scalar(self):
        r = self.random
        kind = r.choice(["string", "number", "integer", "enum", "const", "boolean", "null", "type", "any"])
        if kind == "string":
            out = {"type": "string"}
            if r.random() < 0.3: out["minLength"] = r.randrange(4)
            if r.random() < 0.3: out["maxLength"] = r.randrange(5)
            if r.random() < 0.2: out["pattern"] = r.choice(PATTERNS)
            return out
        if kind in ("number", "integer"):
            out = {"type": kind}
            for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
                if r.random() < 0.25: out[name] = r.choice([-1, 0, 1, 2, 2.5, 3, 5])
            if r.random() < 0.2: out["multipleOf"] = r.choice([1, 2, 3, 4, 0.5])
            return out
        if kind == "enum":
            return {"enum": r.sample(["a", "b", "red", 1, 2, 1.0 if r.random() < .1 else 3, None, True, {"a": 1}, ["a"]], r.randrange(1, 4))}
        if kind == "const":
            return {"const": r.choice(["a", "b", 1, 2.5, None, False, {"a": 1}, {"kind": "a"}, []])}
        if kind == "type":
            return {"type": r.sample(["string", "null", "integer", "number", "boolean", "array", "object"], 2)}
        if kind == "any":
            return r.choice([{}, {"minLength": 2}, {"minimum": 1}, {"maxItems": 2}, {"required": ["a"]}, {"maxProperties": 1}])
        return {"type": kind}

    def object(self, depth):
        r = self.random
        out = {"type": "object"} if r.random() < 0.8 else {}
        names = r.sample(NAMES, r.randrange(4))
        if names: out["properties"] = {name: self.schema(depth - 1) for name in names}
        if r.random() < 0.4: out["required"] = r.sample(NAMES, r.randrange(3))
        if r.random() < 0.4: out["additionalProperties"] = self.schema(depth - 2) if r.random() < 0.4 else r.random() < 0.3
        if r.random() < 0.15: out["patternProperties"] = {r.choice(PATTERNS): self.schema(depth - 2)}
        if r.random() < 0.1: out["propertyNames"] = r.choice([{"maxLength": 2}, {"pattern": "^a"}, {"enum": ["a", "b"]}])
        if r.random() < 0.1: out["minProperties"] = r.randrange(3)
        if r.random() < 0.1: out["maxProperties"] = r.randrange(4)
        if r.random() < 0.1:
            key, other = r.sample(NAMES, 2)
            if self.draft7: out["dependencies"] = {key: r.choice([[other], self.schema(depth - 2)])}
            elif r.random() < 0.5: out["dependentRequired"] = {key: [other]}
            else: out["dependentSchemas"] = {key: self.schema(depth - 2)}
        if not self.draft7 and r.random() < 0.05: out["unevaluatedProperties"] = r.random() < 0.3
        return out

    def array(self, depth):
        r = self.random
        out = {"type": "array"} if r.random() < 0.8 else {}
        if r.random() < 0.7: out["items"] = self.schema(depth - 1)
        if r.random() < 0.2:
            first = [self.schema(depth - 1) for _ in range(r.randrange(1, 3))]
            if self.draft7: out["additionalItems"], out["items"] = out.get("items", True), first
            else: out["prefixItems"] = first
        if r.random() < 0.2: out["minItems"] = r.randrange(3)
        if r.random() < 0.2: out["maxItems"] = r.randrange(4)
        if r.random() < 0.1: out["uniqueItems"] = True
        if r.random() < 0.15:
            out["contains"] = self.schema(depth - 2)
            if not self.draft7 and r.random() < 0.4: out["minContains"] = r.randrange(3)
            if not self.draft7 and r.random() < 0.4: out["maxContains"] = r.randrange(3)
        if not self.draft7 and r.random() < 0.05: out["unevaluatedItems"] = r.random() < 0.3
        return out

    def combined(self, depth):
        r = self.random
        kind = r.choice(["anyOf", "oneOf", "allOf", "not", "if", "union", "nullable"])
        if kind == "not": return {"not": self.schema(depth - 1)}
        if kind == "if":
            out = {"if": self.schema(depth - 1)}
            if r.random() < 0.8: out["then"] = self.schema(depth - 1)
            if r.random() < 0.5: out["else"] = self.schema(depth - 1)
            return out
        if kind == "union":
            return {r.choice(["anyOf", "oneOf"]): [self.variant(tag, depth) for tag in r.sample(["a", "b", "red"], r.randrange(2, 4))]}
        if kind == "nullable": return {"anyOf": [self.schema(depth - 1), {"type": "null"}]}
        return {kind: [self.schema(depth - 1) for _ in range(r.randrange(1, 4))]}

    def variant(self, tag, depth):
        return {"type": "object", "properties": {"kind": {"const": tag}, "a": self.schema(depth - 2)}, "required": ["kind"]}


def places(schema, path=()):
    """Where the schemas in a schema are, the whole one first."""
    yield path
    if not isinstance(schema, dict): return
    for key, value in schema.items():
        if key in ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"):
            for name, one in value.items(): yield from places(one, (*path, key, name))
        elif key in ("anyOf", "oneOf", "allOf", "prefixItems"):
            for i, one in enumerate(value): yield from places(one, (*path, key, i))
        elif key in ("items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames") and not isinstance(value, list):
            yield from places(value, (*path, key))


def at(schema, path):
    for step in path: schema = schema[step]
    return schema


def put(schema, path, value):
    if not path: return value
    at(schema, path[:-1])[path[-1]] = value
    return schema


def is_positive(path):
    """Whether what is accepted there is accepted as part of the whole: under no `not`, and where nothing is counted."""
    return not any(step in ("not", "if", "oneOf", "contains", "propertyNames") for step in path)


# Each answers the schema in its new form, or None. These accept what was accepted.
def nullable(r, s): return {"anyOf": [s, {"type": "null"}]}
def titled(r, s): return {**s, "title": "T", "description": "d"}
def in_all_of(r, s): return {"allOf": [s], "title": "t"}
def const_to_enum(r, s): return {**{k: v for k, v in s.items() if k != "const"}, "enum": [s["const"]]} if "const" in s and "enum" not in s else None
def longer_enum(r, s): return {**s, "enum": s["enum"] + ["new"]} if "enum" in s else None
def to_inclusive(r, s):
    if "exclusiveMinimum" not in s or "minimum" in s: return None
    return {("minimum" if k == "exclusiveMinimum" else k): v for k, v in s.items()}
def wider(r, s): return {k: v - 1 if k.startswith("min") else v + 1 if k.startswith("max") else v for k, v in s.items()} if any(
    k in s and s[k] > 0 for k in ("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems")) and not any(
    k in s for k in ("minContains", "maxContains", "minProperties")) else None
def reordered(r, s):
    for key in ("anyOf", "oneOf"):
        if key in s: return {**s, key: s[key][::-1]}
def more_alternatives(r, s): return {**s, "anyOf": [*s["anyOf"], {"type": "boolean"}]} if "anyOf" in s else None
def less_required(r, s): return {**s, "required": s["required"][1:]} if s.get("required") else None
def new_property(r, s):
    if s.get("type") != "object" or any(k in s for k in ("additionalProperties", "patternProperties", "unevaluatedProperties", "maxProperties")): return None
    return {**s, "properties": {**s.get("properties", {}), "fresh": {"type": "string"}}}
def type_list(r, s): return {**s, "type": [s["type"], "null"]} if isinstance(s.get("type"), str) and s["type"] != "null" else None


HARMLESS = [nullable, titled, in_all_of, const_to_enum, longer_enum, to_inclusive, wider, reordered, more_alternatives, less_required,
            new_property, type_list]


# These may refuse something.
def another(r, s): return Maker(r).schema(2)
def without_one(r, s):
    gone = r.choice(list(s)) if s else None
    return {k: v for k, v in s.items() if k != gone} if s else None
def narrower(r, s): return {k: v + 1 if k.startswith("min") else max(v - 1, 0) if k in ("maxLength", "maxItems", "maxProperties", "maxContains") else v for k, v in s.items()}
def more_required(r, s): return {**s, "required": sorted({*s.get("required", []), r.choice(NAMES)})}
def closed(r, s): return {**s, "additionalProperties": False}
def with_one(r, s): return {**s, **Maker(r).scalar()}
def one_of(r, s): return {("oneOf" if k == "anyOf" else "anyOf" if k == "oneOf" else k): v for k, v in s.items()}
def fewer(r, s):
    for key in ("anyOf", "oneOf", "allOf", "enum"):
        if len(s.get(key, [])) > 1: return {**s, key: s[key][1:]}


OTHERS = [another, without_one, narrower, more_required, closed, with_one, one_of, fewer]


def moved_to_definitions(r, schema, path):
    """The part in $defs, and a reference in its place."""
    out = copy.deepcopy(schema)
    if not path or "definitions" in schema or "Moved" in schema.get("$defs", {}): return None
    part = at(out, path)
    out = put(out, path, {"$ref": "#/$defs/Moved"})
    out.setdefault("$defs", {})["Moved"] = part
    return out


def changed(r, schema, direction):
    """The schema after a change, and whether it is one that accepts all that was accepted."""
    found = list(places(schema))
    for _ in range(20):
        path = r.choice(found)
        part = at(schema, path)
        if r.random() < 0.1:
            out, harmless = moved_to_definitions(r, schema, path) if schema.get("$schema") is None else None, True
        else:
            change = r.choice(HARMLESS + OTHERS)
            if not isinstance(part, dict) or (not path and "$schema" in part and change is not titled): continue
            new = change(r, copy.deepcopy(part))
            out = None if new is None else with_definitions(put(copy.deepcopy(schema), path, new), schema)
            harmless = change in HARMLESS and is_positive(path) and not hides_properties(schema)
            harmless = harmless and (direction == "input" or change is not new_property)  # Which is a rule of policy.
        if isinstance(out, dict) and out != schema: return out, harmless
    return {**schema, "title": "t"}, True


def with_definitions(out, schema):
    """A change of the whole leaves the definitions where references look for them: no registry takes one that leads nowhere."""
    kept = {key: schema[key] for key in ("$defs", "definitions") if key in schema}
    return {**kept, **out} if isinstance(out, dict) else out


def hides_properties(schema):
    """Whether something in it counts what others have looked at."""
    if isinstance(schema, list): return any(hides_properties(each) for each in schema)
    if not isinstance(schema, dict): return False
    return any(k.startswith(("unevaluated", "$ref", "uniqueItems")) or hides_properties(v) for k, v in schema.items())
