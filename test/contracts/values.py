"""Values that schemas may accept, the likelier for being made of what they say."""
from schemas import NAMES, WORDS

SCALARS = [None, True, False, 0, 1, 2, 3, -1, 2.5, 1.0, 100, *WORDS]


def said(schema, out):
    """Adds the values that a schema names, and those next to its bounds."""
    if isinstance(schema, list):
        for each in schema: said(each, out)
    if not isinstance(schema, dict): return
    for key, value in schema.items():
        if key == "const": out.append(value)
        if key == "enum": out.extend(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            out.extend([value, value + 1, value - 1, value + 0.5])
            if 0 <= value < 8 and "Length" in key: out.extend(["b" * int(value + n) for n in (0, 1)])
        said(value, out)


class Values:
    def __init__(self, random, schemas):
        self.random = random
        self.root = schemas[0]
        self.scalars = list(SCALARS)
        for schema in schemas: said(schema, self.scalars)

    def any(self, depth=2):
        r = self.random
        choice = r.random()
        if depth <= 0 or choice < 0.5: return r.choice(self.scalars)
        if choice < 0.7: return [self.any(depth - 1) for _ in range(r.randrange(4))]
        return {name: self.any(depth - 1) for name in r.sample(NAMES, r.randrange(4))}

    def like(self, schema, depth=4):
        """One that the schema may accept: it follows a keyword or two, and no others."""
        r = self.random
        if not isinstance(schema, dict) or depth <= 0 or r.random() < 0.05: return self.any(1)
        if "$ref" in schema:
            target = self.root
            for step in schema["$ref"].lstrip("#/").split("/"):
                if step and isinstance(target, dict): target = target.get(step, {})
            return self.like(target, depth - 1)
        if "const" in schema: return schema["const"]
        if schema.get("enum"): return r.choice(schema["enum"])
        for key in r.sample(["anyOf", "oneOf", "allOf"], 3):
            if schema.get(key) and r.random() < 0.8:
                value = self.like(r.choice(schema[key]), depth - 1)
                other = {k: v for k, v in schema.items() if k != key}
                beside = self.like(other, depth - 1) if isinstance(value, dict) and "properties" in other else None
                return {**beside, **value} if isinstance(beside, dict) else value
        for key in ("then", "else", "if"):
            if key in schema and r.random() < 0.5: return self.like(schema[key], depth - 1)
        kind = schema.get("type")
        if isinstance(kind, list): kind = r.choice(kind)
        if kind is None:
            kind = ("object" if any(k in schema for k in ("properties", "required", "additionalProperties", "patternProperties"))
                    else "array" if any(k in schema for k in ("items", "prefixItems", "contains")) else None)
        if kind == "object": return self.object(schema, depth)
        if kind == "array": return self.array(schema, depth)
        fitting = [each for each in self.scalars if is_of(kind, each)]
        return r.choice(fitting) if fitting else self.any(1)

    def object(self, schema, depth):
        r = self.random
        named = schema.get("properties", {})
        names = {name for name in named if r.random() < 0.7} | set(schema.get("required", []))
        names |= {name for name in NAMES if r.random() < 0.1}
        return {name: self.like(named.get(name, schema.get("additionalProperties", True)), depth - 1) for name in sorted(names)}

    def array(self, schema, depth):
        r = self.random
        first = schema.get("prefixItems", schema["items"] if isinstance(schema.get("items"), list) else [])
        rest = schema.get("items", True) if not isinstance(schema.get("items"), list) else schema.get("additionalItems", True)
        size = r.randrange(4) + int(schema.get("minItems", 0))
        out = [self.like(first[i] if i < len(first) else rest, depth - 1) for i in range(size)]
        if "contains" in schema and out and r.random() < 0.7: out[r.randrange(len(out))] = self.like(schema["contains"], depth - 1)
        return out


def is_of(kind, value):
    if kind is None: return True
    if kind == "null": return value is None
    if kind == "boolean": return isinstance(value, bool)
    if kind in ("number", "integer"): return isinstance(value, (int, float)) and not isinstance(value, bool)
    return kind == "string" and isinstance(value, str)


ODD = [None, True, 7, "odd", [None], {"odd": None}]


def without_unsaid(value, accepts):
    """The value without those properties of which the schema says nothing: it accepts whatever is there."""
    def walk(part, rebuilt):
        if isinstance(part, list):
            return [walk(each, lambda new, i=i: rebuilt([*part[:i], new, *part[i + 1:]])) for i, each in enumerate(part)]
        if not isinstance(part, dict): return part
        kept = {name: each for name, each in part.items()
                if not all(accepts(rebuilt({**part, name: odd})) for odd in ODD)}
        return {name: walk(each, lambda new, name=name: rebuilt({**kept, name: new})) for name, each in kept.items()}
    return walk(value, lambda new: new)
