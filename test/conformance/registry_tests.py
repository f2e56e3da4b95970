"""The registry's own MCP server, /mcp, against the official conformance suite, the SDK for Python and our client."""
import contextlib
import http.server
import json
import subprocess
import tempfile
import threading
import urllib.request
from pathlib import Path

from registry_process import RegistryProcess
from suite import check, equal, test

HERE = Path(__file__).parent

# Of the suite's server scenarios those that concern a server with tools alone, and without sessions. The others call tools that a
# server made for the suite has, or want prompts, resources, sampling and streams.
SCENARIOS = {
    "server-initialize": ["2025-06-18", "2025-11-25"],
    "ping": ["2025-06-18", "2025-11-25"],
    "tools-list": ["2025-06-18", "2025-11-25", "2026-07-28"],
    "dns-rebinding-protection": ["2025-11-25", "2026-07-28"],
    "server-stateless": ["2026-07-28"],
    "caching": ["2026-07-28"],
    "http-header-validation": ["2026-07-28"],
}


@contextlib.contextmanager
def a_registry(tools):
    """One with two versions of a tool."""
    with contextlib.closing(RegistryProcess(tools.build)) as registry:
        registry.register(name="clock.now", version="1.0.0", description="Says the time.")
        registry.register(name="clock.now", version="1.1.0", description="Says what time it is.")
        yield registry


def failed_checks(tools, url, scenario, version):
    """The names of the checks of a scenario that failed, each with why."""
    with tempfile.TemporaryDirectory(prefix="conformance-test.") as folder:
        done = subprocess.run([*tools.suite("server"), "--url", url, "--scenario", scenario, "--spec-version", version, "-o", folder],
                              capture_output=True, text=True, timeout=120, check=False)
        reports = list(Path(folder).rglob("checks.json"))
        check(len(reports) == 1, done.stdout[-2000:], done.stderr[-2000:])
        checks = json.loads(reports[0].read_text(encoding="utf-8"))
    check(any(each["status"] == "SUCCESS" for each in checks), "nothing succeeded:", checks)
    return {each["name"]: each.get("errorMessage") for each in checks if each["status"] == "FAILURE"}


def add_scenario(scenario, version):
    def run_scenario(tools):
        with a_registry(tools) as registry:
            failed = failed_checks(tools, registry.url + "/mcp", scenario, version)
        expected = json.loads((HERE / "expected_failures.json").read_text(encoding="utf-8")).get(scenario, {})
        check(failed.keys() <= expected.keys(), {name: why for name, why in failed.items() if name not in expected})
        check(expected.keys() <= failed.keys(), "does not fail any more, so expected_failures.json is to be without it:",
              sorted(expected.keys() - failed.keys()))

    run_scenario.__doc__ = f"The official suite passes the registry in {scenario} at {version}"
    test(run_scenario)


for each_scenario, versions in SCENARIOS.items():
    for each_version in versions:
        add_scenario(each_scenario, each_version)


def add_python_client(mode, protocol):
    def use(tools):
        with a_registry(tools) as registry:
            done = subprocess.run([tools.python, HERE / "python_client.py", registry.url + "/mcp", mode], capture_output=True, text=True,
                                  timeout=60, check=False)
        check(done.returncode == 0, done.stderr[-3000:])
        said = json.loads(done.stdout)
        equal(said["protocol"], protocol)
        equal(said["tools"], ["search_tools", "get_tool", "list_servers", "compare_versions"])
        equal([tool["name"] for tool in said["answers"]["search_tools"]["tools"]], ["clock.now"])
        equal(said["answers"]["get_tool"]["version"], "1.1.0")
        equal(said["answers"]["list_servers"]["servers"], [])
        equal(said["answers"]["compare_versions"]["verdict"], "review")

    use.__doc__ = f"A client made with the Python SDK uses the registry's tools in {protocol}"
    test(use)


add_python_client("auto", "2026-07-28")
add_python_client("legacy", "2025-11-25")


@contextlib.contextmanager
def old_gateway(url):
    """The address of a proxy before `url` that knows no version from 2026-07-28 on."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):  # pylint: disable=invalid-name  # The name that http.server calls.
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("MCP-Protocol-Version", "") >= "2026":
                return self.answer(400, "text/plain", b"no such version")
            names = [name for name in ("Content-Type", "Accept", "MCP-Protocol-Version") if name in self.headers]
            request = urllib.request.Request(url, body, {name: self.headers[name] for name in names})
            with urllib.request.urlopen(request, timeout=30) as answer:
                return self.answer(answer.status, answer.headers.get("Content-Type", ""), answer.read())

        def answer(self, status, content_type, body):
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/mcp"
        server.shutdown()


def check_offer(offer, protocol):
    equal((offer["name"], offer["protocol"]), ("mcp-registry", protocol))
    equal([tool["name"] for tool in offer["tools"]], ["search_tools", "get_tool", "list_servers", "compare_versions"])


@test
def probe(tools):
    """Our own client reads the registry in 2026-07-28."""
    with a_registry(tools) as registry:
        check_offer(tools.read(registry.url + "/mcp"), "2026-07-28")


@test
def probe_through_an_old_gateway(tools):
    """Our own client reads the registry in 2025-11-25, through a gateway that knows no later version."""
    with a_registry(tools) as registry, old_gateway(registry.url + "/mcp") as url:
        check_offer(tools.read(url), "2025-11-25")
