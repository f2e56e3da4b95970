"""YAML with expressions of Helm in it."""

import re

import yaml_text


class Expression(str):
    """Stands where a value goes, alone on its line."""


class Lines(str):
    """Stands for the whole line that it is on, with as much before each of its own. INDENT in it is that much."""


def optional(key, expression):
    """The value of a key that is there only when the expression answers something."""
    return Lines(f"{{{{- with {expression} }}}}\n{key}:\n  {{{{- toYaml . | nindent INDENT+2 }}}}\n{{{{- end }}}}")


class _Places:
    """Words that stand for expressions while an object is YAML, which would quote them."""

    def __init__(self):
        self.values = []

    def put(self, value):
        if isinstance(value, (Expression, Lines)):
            self.values.append(value)
            return f"PLACE{len(self.values) - 1}E"
        if isinstance(value, dict):
            return {key: self.put(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.put(each) for each in value]
        return value

    def fill(self, line):
        match = re.search(r"PLACE(\d+)E", line)
        if not match:
            return line
        value = self.values[int(match.group(1))]
        if isinstance(value, Expression):
            return line.replace(match.group(0), value)
        indent = len(line) - len(line.lstrip())
        numbered = value.replace("INDENT+2", str(indent + 2)).replace("INDENT", str(indent))
        return "\n".join(" " * indent + each for each in numbered.splitlines())


def render(value):
    """The text of a template. Braces that are in the object itself stay what they are."""
    places = _Places()
    text = yaml_text.dump(places.put(value)).replace("{{", '{{ "{{" }}')
    return "".join(places.fill(line) + "\n" for line in text.splitlines())
