"""Drives mcp-probe by the official conformance suite, and points it at servers made with official SDKs and at the registry.

run.py BUILD_DIR NODE MODULES PYTHON
"""
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import registry_tests  # pylint: disable=unused-import  # Its tests are among those that run.
from suite import check, equal, run, test

HERE = Path(__file__).parent

# Of the suite's client scenarios those that concern reading a server. The others sign in as a person in a browser, fill forms for a
# server, or set headers from a tool's arguments, which nothing here does.
SCENARIOS = {
    "initialize": ["2025-06-18", "2025-11-25"],
    "tools_call": ["2025-06-18", "2025-11-25", "2026-07-28"],
    "sse-retry": ["2025-11-25"],
    "request-metadata": ["2026-07-28"],
    "http-standard-headers": ["2026-07-28"],
    "http-invalid-tool-headers": ["2026-07-28"],
    "json-schema-ref-no-deref": ["2026-07-28"],
    "json-schema-2020-12-preservation": ["2025-11-25", "2026-07-28"],
    "auth/client-credentials-basic": [None],
}


class Tools:
    """What the tests run."""

    def __init__(self, build, node, modules, python):
        self.build, self.node, self.modules, self.python = build, node, Path(modules), python
        self.probe = os.path.join(build, "bin", "mcp-probe")

    def suite(self, command):
        """The official suite's command for what tests a client, or a server."""
        return [self.node, self.modules / "@modelcontextprotocol/conformance/dist/index.js", command]

    def conformance(self, scenario, version):
        command = [*self.suite("client"), "--command", self.probe, "--scenario", scenario]
        done = subprocess.run(command + (["--spec-version", version] if version else []), capture_output=True, text=True,
                              timeout=120, check=False)
        return done.returncode, done.stdout + done.stderr

    def read(self, url):
        """What the probe says of a server."""
        done = subprocess.run([self.probe, url], capture_output=True, text=True, timeout=60, check=False)
        equal(done.stderr, "")
        return json.loads(done.stdout)


class Server:
    """A process that serves MCP on loopback, until the end of the block."""

    def __init__(self, command, port=None, env=None):
        self.output = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, stdout=self.output, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})})
        self.port = port

    def __enter__(self):
        deadline = time.monotonic() + 60
        while not self.answers():
            check(self.process.poll() is None and time.monotonic() < deadline, "the server did not start:", self.said()[-2000:])
            time.sleep(0.05)
        return f"http://127.0.0.1:{self.port}/mcp"

    def answers(self):
        if self.port is None:
            ports = [line.split()[1] for line in self.said().splitlines() if line.startswith("port ")]
            self.port = ports[0] if ports else None
        if self.port is None:
            return False
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def said(self):
        self.output.seek(0)
        return self.output.read()

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.output.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def add_scenario(scenario, version):
    def run_scenario(tools):
        code, said = tools.conformance(scenario, version)
        check(code == 0 and "OVERALL: PASSED" in said, said[-3000:])

    run_scenario.__doc__ = f"The official suite passes the client in {scenario}" + (f" at {version}" if version else "")
    test(run_scenario)


for each_scenario, versions in SCENARIOS.items():
    for each_version in versions:
        add_scenario(each_scenario, each_version)


@test
def everything(tools):
    """The reference server for everything is read over a session."""
    command = [tools.node, "--require", HERE / "loopback.cjs",
               tools.modules / "@modelcontextprotocol/server-everything/dist/index.js", "streamableHttp"]
    with Server(command, env={"PORT": "0"}) as url:
        offer = tools.read(url)
    equal(offer["protocol"], "2025-11-25")
    check("echo" in [tool["name"] for tool in offer["tools"]], offer)
    check(len(offer["tools"]) > 5, offer)
    check(all(tool["inputSchema"]["type"] == "object" for tool in offer["tools"]), offer)


@test
def python_sdk(tools):
    """A server made with the Python SDK is read without a session."""
    port = free_port()
    with Server([tools.python, HERE / "python_server.py", str(port)], port) as url:
        offer = tools.read(url)
    equal(offer["protocol"], "2026-07-28")
    equal((offer["name"], offer["version"]), ("python-server", "1.2.3"))
    equal([tool["name"] for tool in offer["tools"]], ["add", "greet"])


sys.exit(run("conformance", "", Tools(*sys.argv[1:5]), lambda tools: None))
