"""Runs every command of every document that commands/*.yaml does not exempt:  run_commands.py ROOT NETWORK [WORDS]

Those for this NETWORK: machine, or cluster, which has all that name none. With WORDS only the documents with them in their names. The last
line is "commands: N passed, N failed"."""

import contextlib
import os
import pathlib
import re
import shlex
import sys
import time

from command import read_commands
from command_table import CommandTable, fill_in
from shell import Shell

NO_DOCUMENTS = ("build", "CHANGELOG.md")  # What was made, and what tells of earlier versions.


def documents(root, order):
    """Every document of the tree, those of `order` first."""
    found = [str(path.relative_to(root)) for path in sorted(root.rglob("*.md")) if path.relative_to(root).parts[0] not in NO_DOCUMENTS]
    missing = [name for name in order if name not in found]
    if missing:
        raise ValueError(f"commands/common.yaml: order: {missing[0]} does not exist")
    return order + [name for name in found if name not in order]


class Tally:
    def __init__(self):
        self.passed = self.failed = self.held = self.not_run = 0

    def ok(self, what):
        print("ok    " + what, flush=True)
        self.passed += 1

    def fail(self, what, why):
        print(f"FAIL  {what}: {why}", flush=True)
        self.failed += 1


def script(shell, text, what):
    """Why a script of the table failed, or None."""
    code, output = shell.run("set -e\n" + text, timeout=600)
    return None if code == 0 else f"{what} ended with {code}: {output[-2000:]}"


def attempt(shell, row, text):
    code, output = shell.run(text, row.get("stdin", ""), row.get("timeout", 120), row.get("folder", "tree"))
    if code != row.get("exit", 0):
        return f"ended with {code}, not {row.get('exit', 0)}: {output[-2000:]}"
    if not re.search(row.get("output", ""), output):
        return f"does not print '{row.get('output')}': {output[-2000:]}"
    return None


def run(shell, row, text, setups):
    """Why a command is not as expected, or None."""
    if row.get("before"):
        why = script(shell, setups.get(row.get("before"), row.get("before")), "what comes before it")
        if why:
            return why
    deadline = time.monotonic() + row.get("within", 0)
    while True:
        why = attempt(shell, row, text)
        if why is None or time.monotonic() >= deadline:
            break
        time.sleep(1)
    if why is None and row.get("after"):
        why = script(shell, setups.get(row.get("after"), row.get("after")), "what comes after it")
    return why


def check_elsewhere(shell, row, command, setups):
    """Why what is said to run a command elsewhere does not, or None."""
    before = row.get("before") and script(shell, setups.get(row.get("before"), row.get("before")), "what comes before its check")
    return before or script(shell, f"COMMAND={shlex.quote(command.key)}\n" + row.get("check"), "its check")


def run_document(root, table, held, tally):
    """Commands with their rows."""
    sheet = table.sheet(held[0][0].document)
    with contextlib.closing(Shell(str(root), dict(os.environ))) as shell:
        broken = None
        if any(row and row.is_run and row.network == "cluster" for _, row in held):
            for name in sheet.setup:
                broken = broken or script(shell, table.setups[name], f"the setup '{name}'")
        for command, row in held:
            first = command.key if len(command.key) <= 120 else command.key[:117] + "..."
            what = f"{command.document}:{command.line}: {first}"
            if row is None:
                tally.fail(what, "is in no row of test/docs/commands")
            elif row.get("not_run"):
                print(f"not   {what}: {row.get('not_run')}", flush=True)
                tally.not_run += 1
            elif row.get("held"):
                why = check_elsewhere(shell, row, command, table.setups)
                if why:
                    tally.fail(what, why)
                else:
                    print(f"held  {what}: {row.get('held')}", flush=True)
                    tally.held += 1
            else:
                text = fill_in(" ".join([command.text, row.get("arguments", "")]).rstrip(), {**sheet.values, **row.get("values", {})})
                why = broken or run(shell, row, text, table.setups)
                if why:
                    tally.fail(what, why)
                    broken = broken and "what it needs is not there, as above"
                else:
                    tally.ok(what)


def main():
    root, network = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    words = sys.argv[3] if len(sys.argv) > 3 else ""
    table = CommandTable(root / "test/docs/commands")
    tally = Tally()
    for name in documents(root, table.order):
        if name in table.elsewhere:
            if network == "cluster":
                print(f"not   {name}: {table.elsewhere[name]}")
            continue
        held = [(command, table.row(command)) for command in read_commands(root / name, name)]
        held = [(command, row) for command, row in held if (row.network if row else "cluster") == network]
        if words in name and held:
            run_document(root, table, held, tally)
    if network == "cluster":
        for row in table.unused():
            tally.fail(f"{row.source}: {row.name}", "no document has this command")
    print(f"{tally.held} held by what runs them elsewhere, {tally.not_run} not run, for the reasons above")
    print(f"commands: {tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


main()
