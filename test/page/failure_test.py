"""When the registry is empty, starting, away, or asks who is there."""

import json

from between import problem
from suite import check, equal, test
from tools import COUNT


@test
def empty_registry(context):
    """An empty registry says so, and how to register a tool"""
    browser = context.browser
    browser.open(context.empty.url + "/")
    browser.wait_for("#results", "This registry is empty")
    browser.wait_for("#results pre", context.empty.url + "/api/v1/tools")
    browser.shoot(context.screenshot("empty"))


@test
def registry_gone_and_back(context):
    """A registry that goes away is reported; when it is back the page goes on by itself"""
    browser = context.open("/", expect=["ERR_CONNECTION", "Failed to load resource", "net::"])
    context.registry.kill()
    browser.type("#search", "weather")
    browser.wait_for("#results [role=alert]", "The registry cannot be reached")
    browser.click("a.brand")
    browser.run("dispatchEvent(new Event('offline'))")
    browser.wait_for("#health", "Offline")
    browser.shoot(context.screenshot("offline"))
    context.registry.start()
    browser.wait("the list", lambda: len(browser.rows()) == COUNT)
    browser.wait_for("#health", "Ready")


@test
def starting(context):
    """A registry that is starting, or can only be read, says why"""
    browser = context.browser
    context.between.answer = lambda path, _: problem(503, "the registry is starting", {"Retry-After": "1"}) if path.startswith(("/api", "/ready")) else None
    browser = context.open("/", between=True, expect=["status of 503"], keep_answer=True)
    browser.wait_for("#results", "The registry is not ready")
    browser.wait_for("#health", "the registry is starting")
    context.between.answer = lambda path, _: (
        (200, {"Content-Type": "application/json"}, json.dumps({"status": "ready", "writable": False, "reason": "the disk is full"}).encode())
        if path == "/ready" else None)
    browser.wait("the list", lambda: len(browser.rows()) == COUNT)
    browser.wait_for("#health", "the disk is full")


@test
def token(context):
    """A registry that asks for a token gets the one that is pasted; it is kept in memory only"""
    seen = []

    def guard(path, headers):
        seen.append(headers.get("Authorization"))
        if not path.startswith(("/api", "/v0.1")) or headers.get("Authorization") == "Bearer right":
            return None
        return problem(401, "a bearer token is needed", {"WWW-Authenticate": 'Bearer realm="registry"'})
    context.between.answer = guard
    browser = context.open("/?tool=weather.now", between=True, expect=["status of 401"], keep_answer=True)
    browser.wait_for("#results .notice", "asks for a token")
    browser.wait_for("main .notice", "asks for a token")
    browser.shoot(context.screenshot("token"))
    browser.type("#results input[name=token]", "wrong")
    browser.keys("ENTER")
    browser.wait_for("#results .notice", "refuses this token")
    browser.type("#results input[name=token]", "right")
    browser.click("#results .token button")
    browser.wait("the list", lambda: len(browser.rows()) == COUNT)
    browser.wait_for("h1", "Weather now")
    check("Bearer right" in seen, seen)
    stored = browser.run("return [localStorage.length, sessionStorage.length, document.cookie, location.href, history.state]")
    check(stored[:3] == [0, 0, ""] and "right" not in stored[3] and stored[4] is None, stored)
    browser.click("#token-button", "Forget the token")
    browser.wait_for("#results .notice", "asks for a token")
    equal(browser.run("return document.getElementById('token-button').hidden"), True)


@test
def forbidden(context):
    """A reader without the right is told"""
    context.between.answer = lambda path, _: problem(403, "reading is not among your rights") if path.startswith("/api") else None
    browser = context.open("/", between=True, expect=["status of 403"], keep_answer=True)
    browser.wait_for("#results .notice", "reading is not among your rights")


@test
def nonsense(context):
    """An answer that is no JSON is no blank page"""
    context.between.answer = lambda path, _: (200, {"Content-Type": "text/html"}, b"<h1>Proxy</h1>") if path.startswith("/api") else None
    browser = context.open("/", between=True, keep_answer=True)
    browser.wait_for("#results .notice", "The answer is not JSON")


@test
def below_a_prefix(context):
    """The page works behind a proxy that serves it below a prefix"""
    browser = context.browser
    context.prefix.answer = None
    browser.open(context.prefix.url + "/registry/?search=weather")
    browser.wait("the list", lambda: browser.rows()[:1] != [])
    browser.click("a.row[data-tool='weather.now']")
    browser.wait_for("h1", "Weather now")
    check("/registry/?" in browser.driver.current_url, browser.driver.current_url)
