"""What it looks like."""

import contrast
from suite import check, equal, test

PLACES = ("/", "/?tool=weather.forecast", "/?tool=clock.now", "/?tool=weather.forecast&view=versions&from=1.0.0&to=2.0.0",
          "/?tool=weather.forecast&view=server", "/?show=servers", "/?show=servers&server=io.example%2Fweather", "/?tool=weather.forecast&view=json", "/?search=weather", "/?search=nothingatall")


@test
def light_and_dark(context):
    """Light and dark follow the reader's choice, with a contrast of at least 4.5 for every text"""
    backgrounds = {}
    for place in PLACES:
        browser = context.open(place)
        if "versions" in place:
            browser.wait_for(".changes")
        elif "server=" in place or "view=server" in place:
            browser.wait_for("#server-heading")
        elif "show=" in place:
            browser.wait_for(".servers li")
        for scheme in ("light", "dark"):
            browser.prefer(prefers_color_scheme=scheme)
            worst, text = contrast.lowest(browser)
            check(worst >= 4.5, f"{scheme}, {place}: contrast {worst:.2f} of '{text}'")
            background = browser.run("return getComputedStyle(document.body).backgroundColor")
            backgrounds[scheme] = contrast.luminance(contrast.channels(background))
    browser = context.open("/?tool=weather.forecast&version=2.0.0")
    for scheme in ("light", "dark"):
        browser.prefer(prefers_color_scheme=scheme)
        browser.shoot(context.screenshot(scheme))
    check(backgrounds["light"] > 0.8 and backgrounds["dark"] < 0.05, backgrounds)


@test
def small_screen(context):
    """On a screen 360 pixels wide the list or the tool is shown, nothing is cut off, and back leads back"""
    browser = context.browser
    browser.resize(360, 740)
    for place in PLACES + ("/?tool=" + context.hostile, "/?tool=schema.wide"):
        browser = context.open(place)
        if "diff" in place or "from=" in place:
            browser.wait_for(".changes")
        context.no_overflow(place)
        has_tool = "tool=" in place or "show=" in place
        equal([browser.run("return document.getElementById(arguments[0]).checkVisibility()", each) for each in ("tool", "results")],
              [has_tool, not has_tool])
    browser = context.open("/")
    browser.shoot(context.screenshot("phone-list"))
    browser.click("a.row[data-tool='weather.forecast']")
    browser.wait_for("h1", "Weather forecast")
    browser.run("scrollTo(0, 0)")
    browser.shoot(context.screenshot("phone-tool"))
    browser.click(".tabs a", "Versions")
    browser.wait_for(".verdict")
    browser.shoot(context.screenshot("phone-versions"))
    browser.click(".back a", "All tools")
    browser.wait("the row to be focused", lambda: browser.focused() == "weather.forecast")
    small = browser.run("""return [...document.querySelectorAll('a, button, input, select')].filter((each) => each.checkVisibility())
      .map((each) => [each.className || each.name || each.id, each.getBoundingClientRect().height]).filter(([, height]) => height > 0 && height < 24);""")
    equal(small, [])


@test
def still(context):
    """Nothing moves for a reader who asked for that"""
    context.browser.prefer(prefers_reduced_motion="reduce")
    browser = context.open("/?tool=weather.forecast")
    moving = browser.run("""return [...document.querySelectorAll('*')].filter((each) => {
      const style = getComputedStyle(each);
      return style.transitionDuration !== '0s' || style.animationName !== 'none';
    }).length;""")
    equal(moving, 0)


@test
def names_and_roles(context):
    """Everything that can be used has a name for a screen reader, and headings and landmarks are in order"""
    for place in PLACES[:7]:
        browser = context.open(place)
        if "versions" in place:
            browser.wait_for(".changes")
        nodes = browser.command("Accessibility.getFullAXTree")["nodes"]
        used = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes
                if not node["ignored"] and node["role"]["value"] in
                ("button", "link", "textbox", "searchbox", "combobox", "navigation", "search", "form", "region", "table")]
        nameless = [role for role, name in used if not name]
        equal(nameless, [])
        roles = {node["role"]["value"] for node in nodes if not node["ignored"]}
        check({"main", "navigation", "search", "banner"} <= roles, roles)
        equal(len(browser.all("h1")) <= 1, True)
        identifiers = browser.run("return [...document.querySelectorAll('[id]')].map((each) => each.id)")
        equal(len(identifiers), len(set(identifiers)))


@test
def large_text(context):
    """With text twice as large nothing is cut off"""
    browser = context.open("/?tool=weather.forecast")
    browser.run("document.documentElement.style.fontSize = '200%'")
    context.no_overflow()
