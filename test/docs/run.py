"""Runs the examples of docs/api-reference.md, in their order, against a real registry:  run.py BUILD_DIR DOCUMENT FOLDER

FOLDER has mcp-publisher in it, and is where the commands run. After them, the reasons in docs/troubleshooting.md are held to the
code, and docs/capability-levels.md to the tests that it names."""

import contextlib
import os
import pathlib
import subprocess
import sys

from evidence import check_evidence
from likeness import Likeness
from reasons import check_reasons
from registry_process import RegistryProcess
from session import read_steps

AUTHENTICATION = "Authentication"  # The examples under this heading are of a registry that asks for tokens.
ISSUER = "https://issuer.example.com"
NO_ISSUER = "https://127.0.0.1:1"  # Nobody has to answer for what is shown there.


def run(command, url, folder):
    environment = {**os.environ, "REGISTRY": url, "TOKEN": "none", "HOME": folder, "PATH": folder + ":" + os.environ["PATH"]}
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], env=environment, cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60, check=False)
    return done.stdout.decode(errors="replace")


def check_steps(steps, registry, guarded, folder):
    """How many are as documented, and how many are not."""
    passed = failed = 0
    likeness = Likeness()
    for step in steps:
        url = (guarded if step.heading == AUTHENTICATION else registry).url
        output = run(likeness.translate(step.command), url, folder)
        output = output.replace(url, "http://127.0.0.1:8080").replace(NO_ISSUER, ISSUER)
        if output and not output.endswith("\n"):
            output += "\n"
        first = step.command.splitlines()[0]
        difference = likeness.difference(step.output, output)
        if difference is None:
            print(f"ok    line {step.line}, {step.heading}: {first}")
            passed += 1
        else:
            print(f"FAIL  line {step.line}, {step.heading}: {first}\n--- the document\n{difference[0]}\n--- the registry\n{difference[1]}")
            failed += 1
    return passed, failed


def main():
    build, document, folder = sys.argv[1:4]
    steps = read_steps(document)
    auth = {"mode": "oidc", "oidc": {"issuer": NO_ISSUER, "audiences": ["mcp-registry"]}, "rules": [{"subjects": ["*"], "right": "read"}]}
    with contextlib.closing(RegistryProcess(build)) as registry, contextlib.closing(RegistryProcess(build, {"auth": auth})) as guarded:
        # What the document says was there before.
        registry.register(name="clock.now")
        registry.register(name="managed", version="1.0.0",
                          managedBy={"kind": "MCPTool", "namespace": "default", "name": "managed", "uid": "7d3c"})
        passed, failed = check_steps(steps, registry, guarded, folder)
    root = pathlib.Path(document).resolve().parents[1]
    for check in (check_reasons, check_evidence):
        held, broken = check(root)
        passed, failed = passed + held, failed + broken
    print(f"docs: {passed} passed, {failed} failed")
    sys.exit(1 if failed or passed == 0 else 0)


main()
