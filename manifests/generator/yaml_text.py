"""Objects as YAML in one style, whichever kustomize they come from: keys sorted, texts of several lines as blocks."""

import yaml


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)


def _text(dumper, data):
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)


_Dumper.add_representer(str, _text)


def load(stream):
    return yaml.load(stream, Loader=yaml.CSafeLoader)


def load_all(stream):
    return [each for each in yaml.load_all(stream, Loader=yaml.CSafeLoader) if each]


def dump(value, sort_keys=True):
    return yaml.dump(value, Dumper=_Dumper, sort_keys=sort_keys, width=120, allow_unicode=True)


def dump_all(values):
    return "---\n".join(dump(value) for value in values)
