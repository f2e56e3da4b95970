"""Runs the tests of the page:  run.py BUILD_DIR [WORDS]"""

import http.client
import os
import sys
import threading
import urllib.parse

import suite
import tools
from between import Between
from browser import Browser
from registry_process import RegistryProcess

import search_test  # noqa: F401  pylint: disable=unused-import
import tool_test  # noqa: F401  pylint: disable=unused-import
import servers_test  # noqa: F401  pylint: disable=unused-import
import hostile_test  # noqa: F401  pylint: disable=unused-import
import layout_test  # noqa: F401  pylint: disable=unused-import
import failure_test  # noqa: F401  pylint: disable=unused-import


class Context:
    """What the tests share: a browser, registries, and what is expected of the network and the console."""

    hostile = tools.HOSTILE["name"]

    def __init__(self, build):
        self.build = build
        self.registry, self.empty, self.large = (RegistryProcess(build) for _ in range(3))
        filling = threading.Thread(target=lambda: self.large.register_many(tools.many(10_000)))
        filling.start()
        self.browser = Browser()
        tools.seed(self.registry)
        self.between = Between(self.registry)
        self.prefix = Between(self.registry, prefix="/registry")
        self.origins = tuple(each.url for each in (self.registry, self.empty, self.large, self.between, self.prefix))
        self.expected = []
        filling.join()

    def stop(self):
        self.browser.quit()
        self.between.stop()
        self.prefix.stop()
        return [each.stop() for each in (self.registry, self.empty, self.large)]

    def open(self, place, between=False, expect=(), keep_answer=False):
        """Opens a page of the registry. Texts of `expect` may be in what the console says."""
        if not keep_answer:
            self.between.answer = None
        self.expected = list(expect)
        self.browser.open((self.between if between else self.registry).url + place)
        self.browser.wait_quiet()
        return self.browser

    def screenshot(self, name):
        return os.path.join(self.build, "screenshots", name + ".png")

    def no_overflow(self, place=""):
        excess = self.browser.width_too_large()
        suite.check(excess <= 0, f"the page is {excess} pixels too wide {place}")

    def conditional(self, url, tag):
        """(status, body) of a GET with If-None-Match."""
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        connection.request("GET", parts.path, headers={"If-None-Match": tag, "Accept-Encoding": "gzip"})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body

    def settle(self):
        """After each test: every request went to the service, and the console has nothing to say."""
        self.browser.collect()
        expected, self.expected = self.expected, []
        away = [url for url in self.browser.requests if not url.startswith((*self.origins, "data:", "about:"))
                and not any("Content Security Policy" in each for each in expected)]
        complaints = [text for text in self.browser.console if not any(each in text for each in expected)]
        self.browser.command("Emulation.clearDeviceMetricsOverride")
        self.browser.prefer()
        suite.equal(away, [])
        suite.equal(complaints, [])


def main():
    context = Context(sys.argv[1])
    try:
        code = suite.run("page", sys.argv[2], context, Context.settle)
    finally:
        codes = context.stop()
    sys.exit(code if codes == [0, 0, 0] else 1)


main()
