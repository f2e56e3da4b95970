"""What is done with each command of the documents: commands/*.yaml.

commands/common.yaml has `setups`, named scripts that make what a document finds there, `order`, the documents that are run first, `elsewhere`,
those that another test runs, and `rows` for every document. Every other file has a `document`, its `setup` (names of setups), `values` for its placeholders, and
`rows`. A row names its command by `command`, word for word without comments, or by `pattern`, a regular expression for all of it, and has either

  not_run   why nothing runs it here
  or
  held      why it is not run here, and what runs it; `check` is a script that fails when that is not there any more, and is told the
            command as $COMMAND; also `before` and `network`
  or any of
  values    what stands for a placeholder, beside the document's
  arguments what follows it where the document only names it
  network   `machine` for that of the machine, which reaches others; else that of the cluster. Those of the machine are run before all others
  exit      the exit code (0)
  output    a regular expression that is found in what it prints
  within    seconds in which it is repeated until it is as expected (once)
  timeout   seconds that it may take (120)
  stdin     what is typed into it
  folder    `work` for a folder of the document's own, where its files go; else the root of the tree
  before    a script, or the name of a setup, to be run first; after   one to be run then
"""

import pathlib
import re

import yaml

KEYS = {"command", "pattern", "not_run", "held", "check", "values", "arguments", "network", "exit", "output", "within", "timeout", "stdin", "folder", "before", "after"}
NAMES = {"command", "pattern"}
HELD = {"held", "check", "before", "network"}


class Row:
    def __init__(self, fields, source):
        unknown = set(fields) - KEYS
        if unknown or ("command" in fields) == ("pattern" in fields) or ("held" in fields) != ("check" in fields) or (
                "not_run" in fields and len(fields) > 2) or ("held" in fields and set(fields) - NAMES - HELD):
            raise ValueError(f"{source}: a row that cannot be: {fields}")
        self.fields = fields
        self.source = source
        self.used = False

    def get(self, key, otherwise=None):
        return self.fields.get(key, otherwise)

    @property
    def name(self):
        return self.get("command") or self.get("pattern")

    @property
    def is_run(self):
        return "not_run" not in self.fields and "held" not in self.fields

    @property
    def network(self):
        return self.get("network", "cluster")

    def fits(self, key):
        return key == self.get("command") if "command" in self.fields else re.fullmatch(self.get("pattern"), key, re.DOTALL)


class Sheet:
    """What one file says of one document."""

    def __init__(self, content, source):
        self.setup = content.get("setup", [])
        self.values = content.get("values", {})
        self.rows = [Row(fields, source) for fields in content.get("rows") or []]
        # Word for word goes before what merely fits.
        self.rows.sort(key=lambda row: "command" not in row.fields)


class CommandTable:
    def __init__(self, folder):
        self.sheets = {}
        for path in sorted(pathlib.Path(folder).glob("*.yaml")):
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            if path.name == "common.yaml":
                self.setups, self.order, self.elsewhere = content["setups"], content["order"], content["elsewhere"]
                self.common = Sheet(content, path.name)
            else:
                self.sheets[content["document"]] = Sheet(content, path.name)

    def sheet(self, document):
        return self.sheets.get(document) or Sheet({}, "")

    def row(self, command):
        """The row of a command, or None."""
        for row in self.sheet(command.document).rows + self.common.rows:
            if row.fits(command.key):
                row.used = True
                return row
        return None

    def unused(self):
        """Rows that no document has."""
        sheets = [self.common, *self.sheets.values()]
        return [row for sheet in sheets for row in sheet.rows if not row.used]


def fill_in(text, values):
    """The text with each placeholder as its value."""
    for placeholder in sorted(values, key=len, reverse=True):
        text = re.sub(r"(?<![\w$-])%s(?!\w)" % re.escape(placeholder), lambda _, name=placeholder: str(values[name]), text)
    return text
