"""A real mcp-registry with a folder and a port of its own, and a client for it."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time


class RegistryProcess:
    """Runs until stop(). `config` is added to the configuration (--config), `server` to how it serves (--server)."""

    def __init__(self, build, config=None, server=None):
        self.folder = tempfile.mkdtemp(prefix="mcp-registry-test.")
        self.program = os.path.join(build, "bin", "mcp-registry")
        self.config = {"storage": {"path": os.path.join(self.folder, "data")}, **(config or {})}
        self.server = {"address": "127.0.0.1", "port": 0, **(server or {})}
        self.process = None
        self.start()

    def start(self):
        """Waits until it is ready. Started again, it has the port it had."""
        files = {}
        for name, value in (("config", self.config), ("server", self.server)):
            files[name] = os.path.join(self.folder, name + ".json")
            with open(files[name], "w", encoding="utf-8") as file:
                json.dump(value, file)
        self.log_path = os.path.join(self.folder, "log")
        with open(self.log_path, "ab") as log:
            start = log.tell()
            self.process = subprocess.Popen(
                [self.program, "serve", "--config", files["config"], "--server", files["server"]], stdout=log, stderr=log)
        self.port = int(self._wait_for("listening", start)["port"])
        self.server["port"] = self.port
        self._wait_for("ready", start)
        self.url = f"http://127.0.0.1:{self.port}"

    def _wait_for(self, message, start):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with open(self.log_path, "rb") as log:
                log.seek(start)
                for line in log.read().decode().splitlines():
                    try:
                        entry = json.loads(line)
                    except ValueError:
                        continue  # The line is not there to its end yet.
                    if message in (entry.get("message"), entry.get("msg")):
                        return entry
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        with open(self.log_path, encoding="utf-8") as log:
            raise RuntimeError(f"mcp-registry did not say '{message}': {log.read()[-2000:]}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends it and removes its folder; its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(timeout=30)
        shutil.rmtree(self.folder)
        return code

    def close(self):
        """stop(), for contextlib.closing."""
        code = self.stop()
        if code != 0:
            raise RuntimeError(f"mcp-registry ended with {code}")

    def request(self, method, target, body=None):
        """(status, the body as JSON, or None)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, target, data, {"Content-Type": "application/json"} if data is not None else {})
        response = connection.getresponse()
        text = response.read()
        connection.close()
        return response.status, json.loads(text) if text else None

    def must(self, method, target, body=None):
        status, answer = self.request(method, target, body)
        if status >= 300:
            raise RuntimeError(f"{method} {target}: {status} {answer}")
        return answer

    def register(self, **tool):
        tool.setdefault("inputSchema", {"type": "object"})
        return self.must("POST", "/api/v1/tools", tool)

    def register_many(self, tools, connections=32):
        """Registers new tools, pipelined over several connections."""
        bodies = [json.dumps(tool).encode() for tool in tools]
        failures = []

        def feed(part):
            pipe = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            head = b"POST /api/v1/tools HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            for at in range(0, len(part), 64):
                batch = part[at:at + 64]
                pipe.sendall(b"".join(head % (len(body), body) for body in batch))
                got = b""
                while got.count(b"HTTP/1.1 201") < len(batch):
                    piece = pipe.recv(1 << 20)
                    got += piece
                    if not piece or got.count(b"HTTP/1.1 ") > got.count(b"HTTP/1.1 201"):
                        failures.append(got[-500:])
                        return
            pipe.close()

        threads = [threading.Thread(target=feed, args=(bodies[at::connections],)) for at in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise RuntimeError(f"registration failed: {failures[0]!r}")
