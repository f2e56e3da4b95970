"""What the registry of the tests holds."""

WEATHER_1 = {
    "name": "weather.forecast", "version": "1.0.0", "title": "Weather forecast",
    "description": "Returns the forecast for a city, up to a week ahead.",
    "tags": ["weather", "Geo Data"],
    "inputSchema": {"type": "object", "properties": {
        "city": {"type": "string", "description": "Name of the city, in any language."},
        "days": {"type": "integer", "minimum": 1, "maximum": 7, "default": 3}}, "required": ["city"]},
    "server": {"name": "io.example/weather", "version": "1.0.0", "title": "Example Weather",
               "remotes": [{"type": "streamable-http", "url": "http://weather.default.svc:8080/mcp"}]},
}

WEATHER_2 = {
    **WEATHER_1, "version": "2.0.0",
    "description": "Returns the forecast for a place, up to two weeks ahead.\n\nHours are in the time zone of the place. Where several "
                   "places have the name, the most populous one is taken; narrow it down with a country.",
    "annotations": {"readOnlyHint": True, "openWorldHint": True},
    "inputSchema": {
        "type": "object", "required": ["place"], "additionalProperties": False,
        "properties": {
            "place": {"description": "Where to look.", "oneOf": [
                {"type": "string", "minLength": 1, "maxLength": 120, "title": "Name", "description": "Name of a place, in any language."},
                {"$ref": "#/$defs/point"}]},
            "days": {"type": "integer", "minimum": 1, "maximum": 14, "default": 3, "description": "How many days, today included."},
            "units": {"type": "string", "enum": ["metric", "imperial", "scientific"], "default": "metric"},
            "include": {"type": "array", "uniqueItems": True, "maxItems": 4, "description": "What else to give.",
                        "items": {"type": "string", "enum": ["wind", "rain", "uv", "pollen"]}},
            "country": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "ISO 3166 code, where a name is not unique.", "examples": ["NZ", "PT"]}},
        "$defs": {"point": {"type": "object", "title": "Point", "required": ["lat", "lon"], "properties": {
            "lat": {"type": "number", "minimum": -90, "maximum": 90}, "lon": {"type": "number", "minimum": -180, "maximum": 180}}}}},
    "outputSchema": {"type": "object", "required": ["days"], "properties": {"days": {"type": "array", "items": {
        "type": "object", "required": ["date", "low", "high"], "properties": {
            "date": {"type": "string", "format": "date"}, "low": {"type": "number", "description": "In the chosen units."},
            "high": {"type": "number"}, "summary": {"type": "string"}}}}}},
}
WEATHER_2["server"] = {**WEATHER_1["server"], "version": "2.0.0"}

COUNT = 14  # Of all tools that seed() registers.

# Shapes that the schema's own words cannot say.
DEEP = {"type": "object"}
for _ in range(12):
    DEEP = {"type": "object", "properties": {"inner": DEEP}}
TREE = {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#"}}}}
WIDE = {"type": "object", "properties": {f"field_{n:03}": {"type": "string", "description": "x" * 40} for n in range(600)}}

MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script><svg onload=alert(1)>"
OVERRIDE = "safe \u202egnp.exe\u202c \u2066hidden\u2069 a\u200bb \U000e0049\U000e0067\U000e006e"

HOSTILE = {
    "name": "hostile." + "n" * 120, "version": "1.0.0-" + "9" * 200, "title": MARKUP[:200] + OVERRIDE,
    "description": MARKUP + "\n" + OVERRIDE + "\n" + "W" * 4096 + "\n" + "\u0645\u0631\u062d\u0628\u0627 " * 40,
    "tags": ["<b>tag</b>", "\u202etag", "javascript:alert(1)", "constructor"],
    "icons": [{"src": "https://icons.example.com/track.png"}, {"src": "data:image/svg+xml,<svg onload=alert(1)>"}],
    "annotations": {"title": MARKUP[:200]},
    "inputSchema": {
        "type": "object", "title": MARKUP, "description": OVERRIDE,
        "properties": {
            "__proto__": {"type": "string", "description": MARKUP}, "constructor": {"$ref": "#/$defs/loop"},
            MARKUP: {"type": "string", "enum": [MARKUP, "\u202e", "x" * 3000], "default": MARKUP, "pattern": "<b>"},
            "k" * 4096: {"type": "string", "description": "y" * 4096, "format": "<i>"},
            "deep": DEEP},
        "required": ["__proto__", "nobody"], "$defs": {"loop": {"$ref": "#/$defs/loop2"}, "loop2": {"$ref": "#/$defs/loop"}}},
    "server": {"name": "io.example/hostile", "title": MARKUP[:90], "websiteUrl": "https://example.com/%3Cscript%3E",
               "remotes": [{"type": "sse", "url": "http://hostile.default.svc/%3Cscript%3E?{markup}", "variables": {"markup": {"description": MARKUP[:90], "default": MARKUP[:90]}}}]},
}


def seed(registry):
    registry.register(**WEATHER_1)
    registry.register(**WEATHER_2)
    registry.register(**{**WEATHER_2, "version": "2.1.0", "tags": ["weather", "Geo Data", "new"]})
    registry.register(name="weather.now", version="1.0.0", title="Weather now", description="The weather at a place.", tags=["weather"],
                      server={"name": "io.example/weather", "version": "2.0.0"})
    registry.register(name="clock.now", version="0.9.0", title="Time of day", description="Tells the time. Knows no time zones.")
    registry.must("PATCH", "/api/v1/tools/clock.now",
                  {"status": "deprecated", "statusMessage": "Knows no time zones.", "replacement": "clock.zoned"})
    registry.register(name="clock.zoned", version="1.0.0", title="Time in a zone", description="Tells the time in a zone.", tags=["time"])
    for name, title, text in (
            ("files.read", "Read a file", "Reads a file of the workspace, whole or a range of its lines."),
            ("files.search", "Search files", "Finds lines that match a regular expression."),
            ("git.blame", "Blame", "Says who last changed each line of a file."),
            ("git.log", "History", "Lists the commits that touched a path."),
            ("issues.list", "List issues", "Lists the open issues of a project, newest first."),
            ("mail.send", "Send mail", "Sends a mail in the name of the signed-in user."),
            ("sql.query", "Query the warehouse", "Runs a read-only query against the warehouse.")):
        registry.register(name=name, version="1.0.0", title=title, description=text, tags=[name.split(".")[0]])
    registry.register(name="schema.tree", inputSchema=TREE, outputSchema=DEEP)
    registry.register(name="schema.wide", inputSchema=WIDE)
    registry.register(**HOSTILE)


def many(count):
    words = ["archive", "bucket", "channel", "device", "event", "folder", "group", "host", "invoice", "job"]
    return [{"name": f"{words[n % 10]}.{words[n // 10 % 10]}_{n:05}", "title": f"{words[n % 10].capitalize()} number {n}",
             "description": f"Works on the {words[n // 10 % 10]} of a {words[n % 10]}. " + "More is said of it here. " * 12,
             "tags": [words[n // 100 % 10]], "version": "1.0.0",
             "inputSchema": {"type": "object", "properties": {"id": {"type": "string", "description": "Which one."},
                                                             "note": {"type": "string"}}, "required": ["id"]}}
            for n in range(count)]
