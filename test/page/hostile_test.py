"""Tools whose authors mean harm."""

from suite import check, equal, test
from tools import HOSTILE, MARKUP


@test
def hostile_tool(context):
    """Markup in a tool is text, hidden characters are shown, nothing is loaded and no script runs"""
    for view in ("", "versions", "server", "json"):
        browser = context.open(f"/?tool={HOSTILE['name']}&view={view}")
        browser.wait_for("h1", MARKUP[:100])
        if view == "server":
            browser.wait_for("#server-heading")
        elif view == "":
            browser.wait_for(".callout.warn", "8 characters that cannot be seen")
            check("U+202E" in browser.text("main .prose"), "the override is shown")
            equal(browser.run("return document.querySelectorAll('main img, main script, main svg').length"), 0)
            for _ in range(3):
                browser.run("for (const one of document.querySelectorAll('.schema details')) one.open = true;")
            names = browser.texts("section:has(#input-heading) > .schema > ul > li .name")
            check("__proto__" in names and "constructor" in names and "nobody" in names, names)
            browser.click("button", "Show the whole description")
            browser.shoot(context.screenshot("hostile"))
        context.no_overflow()
        check("owned" not in browser.run("return document.title"), "a script ran")


@test
def hostile_row(context):
    """In the list, in filters and in the address markup is text as well"""
    browser = context.open("/?search=%3Cimg&tag=%3Cb%3Etag%3C%2Fb%3E&status=%3Cb%3E", expect=["status of 400"])
    browser.wait_for("#results [role=alert]", "status")
    browser = context.open("/?tag=%3Cb%3Etag%3C%2Fb%3E")
    browser.wait("the tool", lambda: browser.rows() == [HOSTILE["name"]])
    context.no_overflow()
    browser = context.open("/?tool=%3Cimg%20src=x%20onerror=alert(1)%3E&view=%3Cb%3E", expect=["status of 404"])
    browser.wait_for("main .notice", "<img src=x onerror=alert(1)>")


@test
def the_policy_holds(context):
    """The policy of the page stops markup, inline scripts and requests to others, should the page have a hole"""
    browser = context.open("/", expect=["Content Security Policy", "TrustedHTML", "Refused", "violates"])
    result = browser.driver.execute_async_script("""
      const done = arguments[0], out = {};
      try { document.body.innerHTML = '<b>x</b>'; out.markup = 'done'; } catch (error) { out.markup = error.name; }
      const image = new Image();
      image.onload = () => { out.image = 'loaded'; };
      image.onerror = () => { out.image = 'refused'; };
      image.src = 'http://127.0.0.1:1/track.png';
      fetch('http://127.0.0.1:1/x').then(() => { out.fetch = 'done'; }, () => { out.fetch = 'refused'; })
        .then(() => setTimeout(() => done(out), 50));""")
    equal(result, {"markup": "TypeError", "image": "refused", "fetch": "refused"})


@test
def headers(context):
    """Every file of the page has the policy, a type and an entity tag, is compressed, and is not loaded twice"""
    browser = context.open("/")
    answers = browser.driver.execute_async_script("""
      const done = arguments[0];
      const urls = ['./', ...performance.getEntriesByType('resource').map((each) => each.name).filter((name) => name.includes('/ui/'))];
      Promise.all(urls.map(async (url) => {
        const response = await fetch(url), headers = Object.fromEntries(response.headers);
        await response.text();
        return [url, response.status, headers];
      })).then(done, (error) => done(String(error)));""")
    check(len(answers) > 10, answers)
    for url, status, sent in answers:
        equal(status, 200)
        check("default-src 'none'" in sent["content-security-policy"] and "unsafe" not in sent["content-security-policy"], url, sent)
        equal(sent["x-content-type-options"], "nosniff")
        equal(sent["referrer-policy"], "no-referrer")
        check("camera=()" in sent["permissions-policy"] and sent["etag"], url, sent)
        status, _ = context.conditional(url if "://" in url else context.registry.url + "/", sent["etag"])
        equal(status, 304)
    check(all(sent.get("content-encoding") == "gzip" for url, _, sent in answers if not url.endswith(".svg")), "compressed")
