"""A server between the browser and the registry that can be told to break things."""

import http.client
import http.server
import threading


class Between:
    """`answer`, when set, is called with (path, headers) and gives None to pass the request on, or (status, headers, body).
    With a `prefix` the registry is below it, and there is nothing beside it."""

    def __init__(self, registry, prefix=""):
        outer = self
        self.answer = None

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):  # pylint: disable=invalid-name  # The library's name for it.
                made = outer.answer(self.path, self.headers) if outer.answer else None
                if made is None and not self.path.startswith(prefix + "/"):
                    made = (404, {}, b"nothing here")
                if made is None:
                    connection = http.client.HTTPConnection("127.0.0.1", registry.port, timeout=30)
                    connection.request("GET", self.path[len(prefix):], headers={"Accept": "*/*"})
                    response = connection.getresponse()
                    made = (response.status, dict(response.getheaders()), response.read())
                    connection.close()
                status, headers, body = made
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in ("content-length", "connection", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def handle(self):
                try:
                    super().handle()
                except ConnectionError:
                    pass  # The page gave the request up.

            def log_message(self, *_):  # The requests are the test's own.
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def problem(status, detail, headers=None):
    body = ('{"type":"about:blank","title":"x","status":%d,"detail":"%s"}' % (status, detail)).encode()
    return status, {"Content-Type": "application/problem+json", **(headers or {})}, body
