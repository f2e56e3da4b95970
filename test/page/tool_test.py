"""One tool: what is said of it, versions, comparison, server, links."""

from suite import check, equal, test


@test
def detail(context):
    """A tool shows its title, description, schemas with types, limits and required members, hints and registration"""
    browser = context.open("/?tool=weather.forecast&version=2.0.0")
    browser.wait_for("h1", "Weather forecast")
    body = browser.text("main")
    for words in ("weather.forecast", "Returns the forecast for a place", "Hours are in the time zone", "Active", "Go to the latest, 2.1.0",
                  "Geo Data", "io.example/weather", "sha256:", "Only reads", "Not said, which counts as yes"):
        check(words in body, words, "is missing in", body)
    parts = browser.texts("section:has(#input-heading) > .schema > ul > li")
    equal(len(parts), 5)
    place, days, units, include, country = parts
    check("required" in place and "option 1" in place and "1 to 120 characters" in place and "point" in place, place)
    check("integer" in days and "1 to 14" in days and "default 3" in days and "required" not in days, days)
    check("imperial" in units, units)
    check("array of string" in include and "no item twice" in include and "pollen" in include, include)
    check("pattern ^[A-Z]{2}$" in country and "NZ" in country, country)
    check("no other properties" in browser.text("section:has(#input-heading)"), "the object's own limits")
    check("date" in browser.text("section:has(#output-heading)"), "the output")
    equal(browser.run("return document.title"), "weather.forecast · MCP registry")
    browser.click(".raw summary")
    browser.wait_for(".raw pre", '"place"')
    context.no_overflow()
    browser.run("document.querySelector('.raw').open = false; document.querySelector('main').scrollTop = 0")
    browser.shoot(context.screenshot("detail"))


@test
def deprecation(context):
    """A deprecated tool says why, and leads to its replacement"""
    browser = context.open("/?tool=clock.now")
    browser.wait_for(".callout", "Knows no time zones.")
    browser.click(".callout a", "clock.zoned")
    browser.wait_for("h1", "Time in a zone")
    equal(browser.query(), {"tool": "clock.zoned"})
    browser.wait("the focus to follow", lambda: browser.focused() == "h1")
    browser.driver.back()
    browser.wait_for("h1", "Time of day")


@test
def versions_and_diff(context):
    """Versions are listed, and any two compared: breaking changes first, each with its pointer and keyword"""
    browser = context.open("/?tool=weather.forecast")
    browser.click(".tabs a", "Versions")
    browser.wait_for("#versions-heading", "3 versions")
    equal(browser.texts("tbody th"), ["2.1.0", "2.0.0", "1.0.0"])
    browser.wait_for(".verdict", "Compatible")
    browser.click("tbody tr:nth-child(2) td a")
    browser.wait_for(".verdict.bad", "Breaking")
    equal(browser.query(), {"tool": "weather.forecast", "view": "versions", "from": "1.0.0", "to": "2.0.0"})
    badges = browser.texts(".changes .badge")
    equal(badges, sorted(badges, key=["Breaking", "Review", "Compatible"].index))
    expected = context.registry.must("GET", "/api/v1/tools/weather.forecast/diff?from=1.0.0&to=2.0.0")["changes"]
    equal(len(badges), len(expected))
    text = browser.text(".changes")
    for change in expected:
        check(change["pointer"] in text and change["message"] in text and change["keyword"] in text, change)
    browser.shoot(context.screenshot("diff"))
    browser.click(".compare button", "Swap")
    browser.wait("the other way round", lambda: browser.query().get("from") == "2.0.0")
    browser.wait_for(".verdict.bad")
    browser.run("const s = document.querySelectorAll('.compare select')[1]; s.value = '2.0.0'; s.dispatchEvent(new Event('change'));")
    browser.wait_for(".verdict.good", "Equal")
    browser.click("tbody th a", "1.0.0")
    browser.wait_for(".tool-state", "Go to the latest, 2.1.0")
    equal(browser.query(), {"tool": "weather.forecast", "version": "1.0.0"})


@test
def history(context):
    """The versions are a line: each says what it did to callers of the one before, breaks are marked, and each leads to its changes"""
    browser = context.open("/?tool=weather.forecast&view=versions")
    browser.wait_for(".history", "1 of 2 changes of version broke callers of the one before, most recently 2.0.0")
    equal(browser.texts("tbody td:last-child .badge"), ["Compatible", "Breaking"])
    equal(browser.run("return [...document.querySelectorAll('tbody tr')].map((row) => row.className)"), ["compatible", "breaking", "first"])
    lines = browser.run("return [...document.querySelectorAll('tbody th')].map((each) => getComputedStyle(each, '::after').borderLeftStyle)")
    equal(lines[:2], ["solid", "dotted"])
    expected = context.registry.must("GET", "/api/v1/tools/weather.forecast/history")["versions"]
    labels = browser.run("return [...document.querySelectorAll('a.changed')].map((each) => each.getAttribute('aria-label'))")
    equal(len(labels), 2)
    for label, each in zip(labels, expected):
        check(f"Changes from {each['previous']} to {each['version']}" in label, label)
        for kind, count in each["changes"].items():
            equal(f"{count} {'to review' if kind == 'review' else kind}" in label, count > 0)
    browser.run("document.querySelectorAll('a.changed')[1].focus()")
    browser.keys("ENTER")
    browser.wait_for(".verdict.bad", "Breaking")
    browser.wait("the focus to be at the changes", lambda: browser.focused() == "compare-heading")
    equal(browser.query(), {"tool": "weather.forecast", "view": "versions", "from": "1.0.0", "to": "2.0.0"})
    browser.run("scrollTo(0, 0); document.querySelector('main').scrollTop = 0")
    browser.wait_for(".history", "broke callers")
    browser.shoot(context.screenshot("history"))


@test
def long_history(context):
    """A long history is compared a piece at a time, as the reader asks for it"""
    count = 55
    for number in range(count):
        context.registry.register(name="zz.long", version=f"1.{number}.0", description=f"Text {number}.", inputSchema={"type": "object"})
    try:
        browser = context.open("/?tool=zz.long&view=versions")
        browser.wait_for(".history", "None of 50 changes of version broke callers of the one before.")
        equal(len(browser.all("tbody tr.review")), 50)
        browser.click(".history button", "Compare 5 earlier versions")
        browser.wait_for(".history", "None of 54 changes")
        equal([len(browser.all("tbody tr." + each)) for each in ("review", "first")], [count - 1, 1])
        equal(browser.all(".history button"), [])
    finally:
        context.registry.must("DELETE", "/api/v1/tools/zz.long?purge=true")


@test
def history_fails(context):
    """A history that cannot be read says so beside the versions, and can be asked for again"""
    context.between.answer = lambda path, _: (500, {"Content-Type": "application/json"}, b"{}") if "/history?" in path else None
    browser = context.open("/?tool=weather.forecast&view=versions", between=True, expect=["status of 500"], keep_answer=True)
    browser.wait_for(".history", "That did not work")
    equal(browser.texts("tbody td:last-child"), ["Changes", "Changes", ""])
    browser.wait_for(".changes")
    context.between.answer = None
    browser.click(".history button", "Try again")
    browser.wait_for("tbody .badge.bad", "Breaking")


@test
def one_version(context):
    """A tool with one version has nothing to compare"""
    browser = context.open("/?tool=clock.zoned&view=versions")
    browser.wait_for("main", "Nothing to compare")


@test
def server(context):
    """A tool's server is shown as the official API has it, and leads to its other tools"""
    browser = context.open("/?tool=weather.forecast&view=server")
    browser.wait_for("#server-heading", "Example Weather")
    browser.wait_for("main", "http://weather.default.svc:8080/mcp")
    equal(browser.run("return document.querySelectorAll('main a[href*=\"svc:8080\"]').length"), 0)
    browser.click("main a", "All tools of this server")
    browser.wait("its tools", lambda: browser.rows() == ["weather.forecast", "weather.now"])
    browser = context.open("/?tool=clock.zoned&view=server")
    browser.wait_for("main", "does not say which server")


@test
def raw_json(context):
    """The JSON is the registry's own, laid out, with every number as it is, and can be copied"""
    context.registry.register(name="zz.numbers", version="1.0.0", _meta={"n": 9007199254740991, "e": []},
                              inputSchema={"type": "object", "properties": {"x": {"maximum": 12345678901234567890}}})
    try:
        browser = context.open("/?tool=zz.numbers&view=json")
        text = browser.wait_for("pre", '"digest"').text
        check("12345678901234567890" in text and '"e": []' in text, text)
        browser.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        browser.click(".copy", "Copy JSON")
        browser.wait_for(".copy", "Copied")
        copied = browser.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0], (e) => arguments[0](String(e)))")
        check('"name": "zz.numbers"' in copied and copied.count("\n") > 10, copied)
    finally:
        context.registry.must("DELETE", "/api/v1/tools/zz.numbers?purge=true")


@test
def recursive_schema(context):
    """A schema that refers to itself opens as far as one likes; a large one comes in pieces"""
    browser = context.open("/?tool=schema.tree")
    browser.wait_for("#input-heading")
    for depth in range(1, 5):
        browser.run("const all = document.querySelectorAll('.schema details'); for (const one of all) one.open = true;")
        browser.wait(f"level {depth}", lambda depth=depth: len([t for t in browser.texts(".part-head .name") if t == "children"]) > depth)
    browser = context.open("/?tool=schema.wide")
    browser.wait_for(".schema .more", "550 parts left")
    equal(len(browser.all(".schema > .parts > li .name")), 50)
    browser.click(".schema .more button")
    browser.wait("the next ones", lambda: len(browser.all(".schema > .parts > li .name")) == 100)


@test
def links(context):
    """Every state is a link: it opens as it was, and back and forward lead through what was seen"""
    browser = context.open("/?search=weather&tool=weather.forecast&view=versions&from=1.0.0&to=2.0.0")
    browser.wait_for(".verdict.bad")
    equal(browser.run("return document.getElementById('search').value"), "weather")
    equal(browser.run("return document.querySelector('.row[aria-current]').dataset.tool"), "weather.forecast")
    browser.click("a.row[data-tool='weather.now']")
    browser.wait_for("h1", "Weather now")
    browser.click(".tabs a", "Server")
    browser.wait_for("#server-heading")
    browser.driver.back()
    browser.wait_for(".tabs [aria-current]", "Overview")
    browser.driver.back()
    browser.wait_for(".verdict.bad")
    browser.driver.forward()
    browser.wait_for("h1", "Weather now")
    browser.click(".brand")
    browser.wait_for("main", "Choose a tool")
    equal(browser.query(), {})
    equal(browser.run("return document.getElementById('search').value"), "")


@test
def unknown_tool(context):
    """A link to a tool or a version that is not there says so"""
    browser = context.open("/?tool=nobody", expect=["status of 404"])
    browser.wait_for("main", "no tool is registered as nobody")
    browser = context.open("/?tool=weather.now&version=9.9.9", expect=["status of 404"])
    browser.wait_for("main", "has no version 9.9.9")
