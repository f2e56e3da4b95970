"""Which rights were needed, and what was refused."""

import collections
import dataclasses

from grants import qualified


@dataclasses.dataclass
class Use:
    """Of one right: the successful requests that it covers, and those of them that nothing else covers."""
    covered: int = 0
    needed: int = 0


def uses(rights, others, requests):
    """The Use of each right. `others` are rights of the account from elsewhere. A request that nobody's right covers is not counted."""
    found = {right: Use() for right in rights}
    ways = collections.defaultdict(list)
    for right in [*rights, *others]:
        ways[(right.group, right.verb)].append(right)
    for request in requests:
        if not request.succeeded():
            continue
        covering = [right for group in (request.group, "*") for verb in (request.verb, "*")
                    for right in ways.get((group, verb), []) if right.covers(request)]
        for right in covering:
            if right in found:
                found[right].covered += 1
                found[right].needed += len(covering) == 1
    return found


def twice(rights):
    return sorted(right for right, count in collections.Counter(rights).items() if count > 1)


class Row:
    """A row of a table: what it is about, the reason, and the test that shows it."""

    def __init__(self, given):
        self.given = given

    def is_about_right(self, right):
        return (qualified(right.group or "", right.resource) in self.given["resources"] and right.verb in self.given["verbs"])

    def is_about_refusal(self, request):
        where = qualified(request.group or "", request.resource)
        return (where in self.given.get("resources", [where]) and request.verb in self.given.get("verbs", [request.verb]) and
                request.namespace.startswith(self.given.get("namespace", "")) and self.given["said"] in request.said)

    def __str__(self):
        return self.given["why"]
