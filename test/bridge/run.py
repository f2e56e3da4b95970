"""mcp-bridge in front of real servers: read by mcp-probe, driven by the official conformance suite, under its limits of size.

run.py BRIDGE PROBE NODE MODULES PYTHON
"""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from suite import check, equal, run, test

HERE = Path(__file__).parent
MEBIBYTE = 1 << 20
JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


class Programs:
    """What the tests run."""

    def __init__(self, bridge, probe, node, modules, python):
        self.bridge, self.probe, self.node, self.modules, self.python = bridge, probe, node, Path(modules), python
        self.scripted = ["/usr/bin/python3", HERE / "scripted_server.py"]
        self.official = [python, HERE / "official_server.py"]
        self.everything = [node, self.modules / "@modelcontextprotocol/server-everything/dist/index.js", "stdio"]

    def read(self, url):
        done = subprocess.run([self.probe, url], capture_output=True, text=True, timeout=60, check=False)
        equal(done.stderr, "")
        return json.loads(done.stdout)

    def conformance(self, url, version):
        """The outcome of each check, by scenario and check."""
        with tempfile.TemporaryDirectory() as results:
            command = [self.node, self.modules / "@modelcontextprotocol/conformance/dist/index.js", "server", "--url", url,
                       "--suite", "all", "--spec-version", version, "--timeout", "60000", "--output-dir", results]
            subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
            return dict(outcome for file in Path(results).glob("*/checks.json") for outcome in outcomes(file))


def outcomes(file):
    scenario = re.sub(r"^server-|-\d{4}-\d\d-\d\dT.*$", "", file.parent.name)
    for each in json.loads(file.read_text()):
        yield (scenario, each["id"], each.get("name", "")), (each["status"], each.get("errorMessage", ""))


class Process:
    """A program that serves on a port of loopback, until the end of the block."""

    def __init__(self, command, port, path="/"):
        self.command, self.port, self.path = command, port, path
        self.log = tempfile.TemporaryFile("w+")
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=subprocess.STDOUT)
        until(self.serves, 120, lambda: self.said()[-2000:])
        return self

    def serves(self):
        check(self.process.poll() is None, "the program has ended:", self.said()[-2000:])
        status = ask(f"http://127.0.0.1:{self.port}{self.path}")[0]
        return status == 200 if self.path == "/ready" else status is not None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/mcp"

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def memory(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def bridge(programs, server, *flags):
    port = free_port()
    return Process([programs.bridge, "--address", "127.0.0.1", "--port", str(port), *flags, "--", *server], port, "/ready")


def until(so, seconds=20, said=lambda: ""):
    deadline = time.monotonic() + seconds
    while not so():
        check(time.monotonic() < deadline, "did not happen in time:", said())
        time.sleep(0.05)


def ask(url, message=None, headers=None, method=None):
    """Status, headers and body; no status when nobody listens."""
    data = None if message is None else json.dumps({"jsonrpc": "2.0", **message}).encode()
    request = urllib.request.Request(url, data, {**JSON, **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.status, reply.headers, reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()
    except OSError:
        return None, {}, ""


def open_session(url):
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    _, headers, _ = ask(url, {"id": 1, "method": "initialize", "params": params})
    session = {"Mcp-Session-Id": headers["Mcp-Session-Id"]}
    ask(url, {"method": "notifications/initialized"}, session)
    return session


def call(url, session, name, **arguments):
    status, _, body = ask(url, {"id": 2, "method": "tools/call", "params": {"name": name, "arguments": arguments}}, session)
    return status, json.loads(re.sub(r"^event:.*\ndata: ", "", body))


def said_by(reply):
    equal(reply[0], 200)
    return reply[1]["result"]["content"][0]["text"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes_of(parent):
    """Its children, and whether each is a zombie."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found[int(stat.parent.name)] = fields[0] == "Z"
    return found


@test
def static(programs):
    """The program is linked statically and has less than 3 MiB"""
    said = subprocess.run(["ldd", programs.bridge], capture_output=True, text=True, check=False)
    check("not a dynamic executable" in said.stdout + said.stderr or "statically linked" in said.stdout, said)
    check(Path(programs.bridge).stat().st_size < 3 * MEBIBYTE, Path(programs.bridge).stat().st_size)


@test
def copies_itself(programs):
    """A copy of the program runs where nothing but it is"""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([programs.bridge, "--copy-to", folder], check=True)
        done = subprocess.run(["/mcp-bridge", "--help"], capture_output=True, text=True, check=False,
                              preexec_fn=lambda: os.chroot(folder)) if os.geteuid() == 0 else subprocess.run(
                                  [Path(folder) / "mcp-bridge", "--help"], capture_output=True, text=True, check=False)
        equal(done.returncode, 0)
        check(done.stdout.startswith("mcp-bridge [FLAGS]"), done)


@test
def memory(programs):
    """A thousand calls of fifty sessions leave less than 8 MiB in memory"""
    with bridge(programs, programs.scripted) as served:
        sessions = [open_session(served.url) for _ in range(50)]
        for turn in range(1000):
            said_by(call(served.url, sessions[turn % 50], "echo", text="x" * 1000))
        check(served.memory() < 8 * MEBIBYTE, served.memory())


@test
def own_processes(programs):
    """Sessions with processes of their own have different ones, which end with them and leave no zombies"""
    with bridge(programs, programs.scripted, "--session", "per-session") as served:
        first, second = open_session(served.url), open_session(served.url)
        pids = {int(said_by(call(served.url, each, "pid"))) for each in (first, second)}
        equal(len(pids), 2)
        equal(len(processes_of(served.process.pid)), 3)
        ask(served.url, headers=first, method="DELETE")
        equal(call(served.url, second, "exit")[0], 502)
        until(lambda: len(processes_of(served.process.pid)) == 1)
        check(not any(processes_of(served.process.pid).values()), processes_of(served.process.pid))


@test
def restarts(programs):
    """A shared process that dies is started again, and its sessions go on"""
    with bridge(programs, programs.scripted) as served:
        session = open_session(served.url)
        first = said_by(call(served.url, session, "pid"))
        status, reply = call(served.url, session, "exit")
        equal(status, 502)
        check("exit code 3" in reply["error"]["message"], reply)
        until(served.serves)
        check(said_by(call(served.url, session, "pid")) != first)
        check('"stream":"stderr"' in served.said(), served.said())


@test
def drains(programs):
    """SIGTERM lets a request be answered, then ends bridge and server"""
    with bridge(programs, programs.scripted) as served:
        session = open_session(served.url)
        request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                              "params": {"name": "sleep", "arguments": {"seconds": 0.5}}}).encode()
        with socket.create_connection(("127.0.0.1", served.port)) as client:
            head = "".join(f"{name}: {value}\r\n" for name, value in {**JSON, **session}.items())
            client.sendall(f"POST /mcp HTTP/1.1\r\nHost: x\r\n{head}Content-Length: {len(request)}\r\n\r\n".encode() + request)
            until(lambda: served.said().count("got tools/call") == 1)
            children = processes_of(served.process.pid)
            served.process.send_signal(signal.SIGTERM)
            check(client.recv(65536).startswith(b"HTTP/1.1 200 "))
        equal(served.process.wait(timeout=20), 0)
        check(not any(Path(f"/proc/{pid}").exists() for pid in children), children)


@test
def everything(programs):
    """The reference server for everything is read over stdio by way of the bridge"""
    with bridge(programs, programs.everything) as served:
        offer = programs.read(served.url)
    check("echo" in [tool["name"] for tool in offer["tools"]], offer)


@test
def official(programs):
    """A server made with the official SDK is read in its modern version"""
    with bridge(programs, [*programs.official, "stdio"]) as served:
        offer = programs.read(served.url)
    equal(offer["protocol"], "2026-07-28")
    check(len(offer["tools"]) > 5, offer)


def same_outcomes(programs, expected, version):
    """What passes for a server that speaks HTTP itself passes for the same server behind the bridge. The scenarios that do not."""
    port = free_port()
    with Process([*programs.official, str(port)], port) as alone:
        by_itself = programs.conformance(alone.url, version)
    with bridge(programs, [*programs.official, "stdio"]) as served:
        bridged = programs.conformance(served.url, version)
    check(len(by_itself) > 1, "the suite said nothing")
    worse = {key: bridged.get(key) for key, outcome in by_itself.items()
             if outcome[0] == "SUCCESS" and bridged.get(key, ("missing",))[0] not in ("SUCCESS", "INFO")}
    unexpected = {key: outcome for key, outcome in worse.items() if key[0] not in expected}
    equal(unexpected, {})
    return {key[0] for key in worse}


@test
def modern_conformance(programs):
    """The official suite says the same of a server behind the bridge as of the server alone, at 2026-07-28"""
    same_outcomes(programs, {}, "2026-07-28")


@test
def legacy_conformance(programs):
    """The official suite says the same of a server behind the bridge as of the server alone, at 2025-11-25"""
    expected = json.loads((HERE / "expected_failures.json").read_text(encoding="ascii"))
    failed = same_outcomes(programs, expected, "2025-11-25")
    equal(set(expected) - failed, set())


sys.exit(run("bridge", sys.argv[6] if len(sys.argv) > 6 else "", Programs(*sys.argv[1:6]), lambda programs: None))
