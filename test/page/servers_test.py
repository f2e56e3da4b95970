"""Servers: which there are, what each offers, and what is held back and why."""

from suite import check, equal, test

NAME = "local.cluster.svc.mcp/weather"
SERVER = {
    "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
    "name": NAME, "title": "weather-server", "description": "The server of MCPTool mcp/weather",
    "remotes": [{"type": "streamable-http", "url": "http://weather.mcp.svc:8080/mcp"}],
    "_meta": {"mcpregistry.dev/observed": {
        "managedBy": {"kind": "MCPTool", "namespace": "mcp", "name": "weather"}, "reach": "cluster", "state": "Available",
        "protocol": "2025-11-25", "offered": 3, "registered": 2, "heldCount": 1, "offeredDigest": "sha256:" + "a" * 64,
        "held": [{"name": "mcp.held", "reason": "Breaking", "message": "has \"city\" added <b>", "version": "1.0.0"}]}},
}
TOOLS = ("mcp.get", "mcp.held")
HOSTILE = {**SERVER, "name": "io.example/odd", "title": "<img src=x>", "_meta": {"mcpregistry.dev/observed": {
    "managedBy": {"kind": {}, "namespace": [], "name": 1}, "state": 5, "held": [None, 1, {"name": {}}], "heldCount": "x", "offered": -0.5}}}


class Published:
    """Servers that are there for one test, each time in another version: one that was deleted is not published again."""

    times = 0

    def __init__(self, registry, *servers):
        Published.times += 1
        self.registry, self.servers = registry, [{**server, "version": f"1.2.{Published.times}"} for server in servers]

    def __enter__(self):
        for server in self.servers:
            self.registry.must("POST", "/v0.1/publish", server)
        for name in TOOLS:
            self.registry.register(name=name, version="1.0.0", inputSchema={"type": "object"},
                                   managedBy={"kind": "MCPTool", "namespace": "mcp", "name": "weather", "uid": "1"})

    def __exit__(self, *_):
        for server in self.servers:
            name = server["name"].replace("/", "%2F")
            self.registry.must("DELETE", f"/v0.1/servers/{name}/versions/{server['version']}")
        for name in TOOLS:
            self.registry.must("DELETE", f"/api/v1/tools/{name}?purge=true&managedBy=MCPTool/mcp/weather/1")


@test
def servers(context):
    """All servers are listed with what each offers, its state, and how much of it is held back; each leads to what is known of it"""
    with Published(context.registry, SERVER):
        browser = context.open("/")
        browser.click(".start a", "Servers")
        browser.wait_for("h1", "Servers")
        browser.wait("the focus to follow", lambda: browser.focused() == "h1")
        row = browser.wait_for(".servers li", "weather-server").text
        for words in (NAME, "Available", "1.2.", "3 tools", "1 held back", "last changed on"):
            check(words in row, words, "is missing in", row)
        check("Example Weather" in browser.text(".servers"), "a server that tools tell of")
        browser.shoot(context.screenshot("servers"))
        browser.click(".servers a", "weather-server")
        browser.wait_for("#seen-heading")
        equal(browser.query(), {"show": "servers", "server": NAME})
        text = browser.text("main")
        for words in ("Inside the cluster only", "MCPTool mcp/weather", "3 tools, 2 registered", "2025-11-25", "Unchanged since",
                      "http://weather.mcp.svc:8080/mcp", "sha256:aaaa"):
            check(words in text, words, "is missing in", text)
        held = browser.text("section:has(#held-heading)")
        for words in ("Breaking", "mcp.held", 'has "city" added <b>', "The registry keeps 1.0.0"):
            check(words in held, words, "is missing in", held)
        browser.shoot(context.screenshot("server"))
        browser.click("section:has(#offers-heading) a", "mcp.get")
        browser.wait_for("h1", "mcp.get")
        browser.driver.back()
        browser.wait_for("#held-heading")
        browser.click("main a", "All servers")
        browser.wait_for(".servers a", "weather-server")
        equal(browser.query(), {"show": "servers"})


@test
def odd_server(context):
    """Whatever somebody publishes of what was seen is shown as text, or not at all"""
    with Published(context.registry, HOSTILE):
        browser = context.open("/?show=servers")
        check("<img src=x>" in browser.wait_for(".servers li", "io.example/odd").text, "the title as text")
        browser.click(".servers a", "<img src=x>")
        browser.wait_for("#server-heading")
        equal([browser.all(each) for each in ("#seen-heading", "#held-heading", "main img")], [[], [], []])


@test
def server_of_tools(context):
    """A tool leads to all that is known of its server, and that to all of its tools"""
    browser = context.open("/?tool=weather.forecast&view=server")
    browser.click("main a", "All that is known of this server")
    browser.wait_for("#offers-heading")
    equal(browser.texts("section:has(#offers-heading) li > a"), ["Weather forecast", "Weather now"])
    equal(browser.rows(), ["weather.forecast", "weather.now"])


@test
def no_server(context):
    """Where there is no server, and where the one of a link is gone, the page says so"""
    context.expected = []
    browser = context.browser
    browser.open(context.empty.url + "/?show=servers")
    browser.wait_for(".servers", "No server was published here")
    browser = context.open("/?show=servers&server=io.example%2Fnobody", expect=["status of 404"])
    browser.wait_for(".servers", "Server not found")


@test
def servers_on_a_phone(context):
    """On a screen 360 pixels wide the servers are shown in place of the list, and lead back to it"""
    with Published(context.registry, SERVER):
        context.browser.resize(360, 740)
        for place in ("/?show=servers", "/?show=servers&server=" + NAME.replace("/", "%2F")):
            browser = context.open(place)
            browser.wait_for(".servers h2, .servers li")
            context.no_overflow(place)
            equal([browser.run("return document.getElementById(arguments[0]).checkVisibility()", each) for each in ("tool", "results")],
                  [True, False])
        browser.shoot(context.screenshot("phone-server"))
        browser = context.open("/?show=servers")
        browser.click(".back a", "All tools")
        browser.wait("the list", lambda: browser.run("return document.getElementById('results').checkVisibility()"))
