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
def unseen_characters(context):
    """Every character that cannot be seen is counted, the joiners of emoji are not"""
    browser = context.open("/")

    def count(text):
        return browser.driver.execute_async_script("""
          const [text, done] = arguments;
          import('/ui/text.js').then(({countUnseen}) => done(countUnseen(text)));""", text)

    for first, last in ((0x34F, 0x34F), (0x180B, 0x180F), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F),
                        (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE007F), (0xE0100, 0xE01EF)):
        equal(count("a" + "".join(map(chr, range(first, last + 1))) + "b"), last - first + 1)
    equal(count("\u2764\ufe0f 1\ufe0f\u20e3 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd \U0001f3f3\ufe0f\u200d\U0001f308"), 0)
    equal(count("a\u200db \U0001f44d\u200dx c\ufe0f \u2764\ufe0f\ufe0f"), 4)


@test
def a_server_that_is_none(context):
    """A view ends in what it can show or in a notice, whatever the registry answers"""
    browser = context.open("/", expect=["TypeError"])
    for server, selector in (("{name: 'x', remotes: [null, 7], packages: [null]}", "#server-heading"), ("null", "[role=alert]")):
        found = browser.driver.execute_async_script("""
          const done = arguments[0];
          window.fetch = async () => new Response(JSON.stringify({server: %s}));
          import('/ui/server.js').then(({serverView}) => {
            const view = serverView({server: {name: 'x'}, version: '1.0.0'}, new AbortController().signal);
            setTimeout(() => done(view.querySelector('%s') !== null), 200);
          });""" % (server, selector))
        check(found, server)


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
