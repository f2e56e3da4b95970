"""The bundle's rights, held against what the operator asked of the API server while all end-to-end tests ran."""

import functools
import os
import pathlib
import re

import audit
import grants
import project
import verdict
import yaml
from bundle_folder import Bundle
from suite import check, equal, test

ACCOUNT = f"system:serviceaccount:{project.NAMESPACE}:toolhive-operator"


@functools.lru_cache
def bundle():
    return Bundle.read(project.path("manifests", "bundle"))


@functools.lru_cache
def asked():
    with open(os.path.join(os.path.dirname(os.environ["KUBECONFIG"]), "audit.log"), encoding="utf-8") as file:
        # The operator is still at work: a last line without its end is not complete.
        return list(audit.read((line for line in file if line.endswith("\n")), ACCOUNT))


@functools.lru_cache
def table(name):
    with open(project.path("test", "rights", name + ".yaml"), encoding="utf-8") as file:
        return [verdict.Row(each) for each in yaml.safe_load(file)]


@functools.lru_cache
def everybody():
    return grants.of_everybody(project.NAMESPACE)


@functools.lru_cache
def uses():
    """The Use of each right by the role that it is from; "" is what the account is given at once."""
    others = [right for rights in everybody().values() for right in rights]
    found = {"": verdict.uses(grants.of_bundle(bundle()), others, asked())}
    for role, rights in grants.optional(bundle()).items():
        # Bound beside each other in no namespace of the tests: which of them allowed a request, the API server says.
        found[role] = verdict.uses(rights, [*grants.of_bundle(bundle()), *others], [each for each in asked() if each.allowed_by == role])
    return found


@test
def report(_):
    """The operator asked for something, and the log says how often each right was needed."""
    for role, found in uses().items():
        print(role or "the operator's account")
        for right, use in sorted(found.items(), key=lambda each: str(each[0])):
            print(f"  {use.needed:7d} {right}")
    check(len(asked()) > 1000, f"only {len(asked())} requests are in the audit log")


@test
def each_is_needed(_):
    """Each right is needed by a request that nothing else allows, or a row of unseen.yaml says why it is not seen."""
    missing = [f"{right}{' of ' + role if role else ''}" for role, found in uses().items() for right, use in found.items()
               if not use.needed and not any(row.is_about_right(right) for row in table("unseen"))]
    equal(sorted(missing), [])


@test
def no_row_is_in_vain(_):
    """Each row of unseen.yaml is about rights that there are and that nothing here needed."""
    every = [(right, use) for found in uses().values() for right, use in found.items()]
    for row in table("unseen"):
        for resource in row.given["resources"]:
            for verb in row.given["verbs"]:
                mine = [use for right, use in every if grants.qualified(right.group or "", right.resource) == resource and right.verb == verb]
                check(mine, f"nobody has the right to {verb} {resource}: {row}")
                check(not any(use.needed for use in mine), f"{verb} {resource} was needed: {row}")


@test
def no_right_is_given_twice(_):
    """No right is written down twice, and none is part of another."""
    rights = grants.of_bundle(bundle())
    equal([str(right) for right in verdict.twice(rights)], [])
    narrow = [right for right in rights if right.name]
    equal([str(right) for right in narrow if any(other != right and other.covers(right) for other in rights)], [])


@test
def allowed_by_known_roles(_):
    """Each request was allowed by a role of the bundle, by one that an admin binds, or by what every account may."""
    known = grants.roles_of_bundle(bundle(), project.NAMESPACE) | set(grants.OPTIONAL) | everybody().keys()
    equal(sorted({f"{each.verb} {each.resource}: {each.allowed_by}" for each in asked() if each.allowed_by and each.allowed_by not in known}), [])


@test
def refused_on_purpose(_):
    """The operator was refused nothing but what a row of refused.yaml names."""
    refusals = [each for each in asked() if each.code == 403]
    equal(sorted({f"{each.verb} {each.resource} in {each.namespace}: {each.said}" for each in refusals
                  if not any(row.is_about_refusal(each) for row in table("refused"))}), [])
    for row in table("refused"):
        check(row.given.get("sometimes") or any(row.is_about_refusal(each) for each in refusals), f"nothing was refused as this row says: {row}")


@test
def rows_name_tests(_):
    """Each row of the tables names a test that there is."""
    for row in [*table("unseen"), *table("refused")]:
        for file, name in row.given["tests"].items():
            text = pathlib.Path(project.path("test", file)).read_text(encoding="utf-8")
            # With the parts of a long literal put together, as the compiler does.
            check(name in re.sub(r'"\s*\n\s*"', "", text), f"{file} has no test \"{name}\"")
