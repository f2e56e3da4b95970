"""How rights are counted, on requests made up for it."""

import verdict
from grants import Right
from audit import Request
from suite import check, equal, test


def request(resource, verb, name="", code=200, group=""):
    return Request(group, resource, name, verb, "mcp", code, "", "")


def needed(rights, others, *asked):
    return {str(right): use.needed for right, use in verdict.uses(rights, others, asked).items()}


@test
def one_right(_):
    """A right is needed by each request that it alone allows."""
    equal(needed([Right("", "pods", "", "list"), Right("", "pods", "", "get")], [], request("pods", "list"), request("pods", "list")),
          {"list pods": 2, "get pods": 0})


@test
def another_right(_):
    """A right is not needed by a request that another one allows too."""
    narrow, broad = Right("", "secrets", "keys", "get"), Right("", "secrets", "", "get")
    equal(needed([narrow, broad], [], request("secrets", "get", "keys"), request("secrets", "get", "other")),
          {"get secrets keys": 0, "get secrets": 1})
    equal(needed([narrow], [Right("*", "*", "", "*")], request("secrets", "get", "keys")), {"get secrets keys": 0})


@test
def other_names(_):
    """A right to one name is not needed by a request for another, nor by one for a part of it."""
    equal(needed([Right("", "secrets", "keys", "get")], [], request("secrets", "get", "other")), {"get secrets keys": 0})
    equal(needed([Right("", "pods", "", "get")], [], request("pods/log", "get")), {"get pods": 0})


@test
def what_failed(_):
    """What was not done needed nothing: a type that is not there answers 404."""
    equal(needed([Right("", "pods", "", "watch")], [], request("pods", "watch", code=404)), {"watch pods": 0})


@test
def paths(_):
    """A path is allowed by itself or by what it begins with."""
    equal(needed([Right(None, "/apis/*", "", "get")], [], request("/apis/apps", "get", group=None)), {"get /apis/*": 1})
    equal(needed([Right(None, "/api", "", "get")], [], request("/apis", "get", group=None)), {"get /api": 0})


@test
def written_twice(_):
    """A right that two rules give is found."""
    right = Right("", "pods", "", "get")
    equal(verdict.twice([right, Right("", "pods", "", "list"), right]), [right])
    check(not verdict.twice([right]))
