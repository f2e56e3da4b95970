"""Whether an output is what a document says, when times and entity tags are others each time."""

import re

# What every response has, or says of this connection alone.
LEFT_OUT = ("date", "vary", "content-length", "connection", "x-request-id", "access-control-", "x-content-type-options")
CHANGING = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z|(?<=")[0-9a-f]{32}(?=\\?")')


class Likeness:
    """Remembers what stood in the place of what, for the next commands and outputs."""

    def __init__(self):
        self.actual = {}

    def translate(self, command):
        """A command with what the registry gave in place of what the document has."""
        return CHANGING.sub(lambda found: self.actual.get(found[0], found[0]), command)

    def difference(self, documented, output):
        """None when they are alike; else the two in a form that can be compared."""
        documented, output = without_headers(documented), without_headers(output)
        told, got = CHANGING.findall(documented), CHANGING.findall(output)
        if CHANGING.sub("*", documented) != CHANGING.sub("*", output) or len(told) != len(got):
            return documented, output
        for old, new in zip(told, got):
            # What is one thing in the document is one thing here.
            if self.actual.setdefault(old, new) != new:
                return f"{old}, which was {self.actual[old]}", new
        return None


def without_headers(text):
    """Headers come in any order; those that say nothing are not in the document."""
    text = text.replace("\r\n", "\n")
    if not text.startswith("HTTP/1.1 "):
        return text
    head, _, body = text.partition("\n\n")
    status, *headers = head.splitlines()
    headers = sorted(header for header in headers if not header.lower().startswith(LEFT_OUT))
    return "\n".join([status, *headers, "", body])
