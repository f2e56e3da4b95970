"""Runs schemathesis against a real registry:  run.py BUILD_DIR PYTHON SECONDS SEED"""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import tools
from registry_process import RegistryProcess

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    build, python, seconds, seed = sys.argv[1:5]
    registry = RegistryProcess(build)
    tools.seed(registry)
    with tempfile.TemporaryDirectory(prefix="schemathesis-test.") as folder:  # It leaves files where it runs.
        report = os.path.join(folder, "report.xml")
        command = [python, "-m", "schemathesis.cli", "--config-file", os.path.join(HERE, "schemathesis.toml"), "run",
                   registry.url + "/openapi.json", "--checks", "all", "--continue-on-failure", "--max-time", seconds, "--no-color",
                   "--report", "junit", "--report-junit-path", report]
        if seed != "random":
            command += ["--seed", seed]
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": os.path.join(HERE, "hooks.py")}
        ran = subprocess.run(command, env=environment, cwd=folder, check=False)
        alive = registry.process.poll() is None
        code = registry.stop()
        cases = list(ElementTree.parse(report).getroot().iter("testcase")) if os.path.exists(report) else []
    # A sequence without a failure has no case of its own.
    if not any("tateful" in case.get("name", "") for case in cases):
        cases.append(ElementTree.Element("testcase", name="sequences of operations"))
    bad = [case.get("name") for case in cases if case.find("failure") is not None or case.find("error") is not None]
    for case in cases:
        print("FAIL " if case.get("name") in bad else "ok   ", case.get("name"))
    for case in cases:
        for failure in [*case.iter("failure"), *case.iter("error")]:
            print(case.get("name"), failure.get("message"), failure.text, sep="\n")
    failed = len(bad)
    if ran.returncode != 0 and failed == 0:
        print("FAIL  schemathesis itself: it ended with", ran.returncode)
        failed += 1
    if not alive or code != 0:
        print("FAIL  the registry lives through it: it ended with", code)
        failed += 1
    print(f"schemathesis: {len(cases) - len(bad)} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
