"""Holds the registry's verdicts on changed schemas against an independent validator.

run.py VERDICTS SECONDS SEED: makes up pairs, asks the program VERDICTS, and for each that is called compatible looks for a value that
was accepted and is not any more: by the new schema of an input, by the old one of an output. One such value is a failure; so is it
when more than 2 % of the changes that harm nobody are called breaking. The ten pairs in redeploys are judged as docs/comparison.md says.
"""
import collections, json, random, subprocess, sys, time

import jsonschema

from redeploys import SIDES, expected, is_proven, ours, pairs as redeploys
from schemas import Maker, at, changed, places
from values import Values, without_unsaid

TRIES = 60  # Values for each pair.
HARMLESS_CALLED_BREAKING = 0.02
DIALECTS = [None, None, None, "http://json-schema.org/draft-07/schema#"]


def is_misread(schema):
    """Whether the validator errs: where unevaluatedProperties is, it takes the schema in additionalProperties for a map of properties."""
    parts = [at(schema, path) for path in places(schema)]
    parts = [part for part in parts if isinstance(part, dict)]
    return any("unevaluatedProperties" in part for part in parts) and any(
        isinstance(part.get("additionalProperties"), dict) for part in parts)


def validator(schema):
    """Answers whether the schema accepts a value; None where the validator fails at that."""
    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    is_valid = kind(schema).is_valid
    misread = is_misread(schema)

    def accepts(value):
        if misread: return None
        try:
            return is_valid(value)
        except (TypeError, RecursionError):  # Of unevaluatedItems that it cannot sort; of circles of references.
            return None
    return accepts


class Verdicts:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def is_compatible(self, before, after, direction):
        self.process.stdin.write(json.dumps({"before": before, "after": after, "direction": direction}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if answer not in ("compatible", "breaking"):
            raise SystemExit(f"FAIL  the program ended at {json.dumps(before)} -> {json.dumps(after)}")
        return answer == "compatible"


def pair(r, direction):
    maker = Maker(r, r.choice(DIALECTS))
    before = maker.document()
    if r.random() < 0.1: return before, maker.document(), False
    after, harmless = changed(r, before, direction)
    while r.random() < 0.3:
        after, too = changed(r, after, direction)
        harmless = harmless and too
    return before, after, harmless


def counter_example(r, before, after, direction):
    """A value for which the change breaks something; None when none was found, and how many were accepted."""
    part, whole = (before, after) if direction == "input" else (after, before)
    accepted, accepts = validator(part), validator(whole)
    values = Values(r, [part, whole])
    tried = 0
    for _ in range(TRIES):
        value = values.like(part)
        if not accepted(value): continue
        tried += 1
        if accepts(value) is not False: continue
        # By policy nobody sends what the old schema says nothing of.
        if direction == "input": value = without_unsaid(value, accepted)
        if accepted(value) and accepts(value) is False: return value, tried
    return None, tried


def is_refuted(pair):
    """Whether a value is found that breaks a redeploy which is said to be compatible."""
    if pair["truth"] != "compatible": return False
    r = random.Random(pair["name"])
    both = [(direction, member) for direction, member in SIDES.items() if member in pair["before"]]
    return any(counter_example(r, pair["before"][member], pair["after"][member], direction)[0] is not None for direction, member in both)


def wrong_redeploys(verdicts):
    """How many of the redeploys in docs/comparison.md are not judged as it says, or are not what it says."""
    wrong = 0
    for pair in redeploys():
        verdict = ours(verdicts, pair)
        if verdict == expected(pair) and is_proven(pair) and not is_refuted(pair): continue
        wrong += 1
        print(f"FAIL  redeploy {pair['name']}: judged {verdict}, to be {expected(pair)}; it is said to be {pair['truth']}, whose proof must hold")
    return wrong


def main():
    program, seconds, seed = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    seed = random.SystemRandom().randrange(1 << 32) if seed == "random" else int(seed)
    print(f"seed {seed}", flush=True)
    verdicts = Verdicts(program)
    counts = collections.Counter()
    end = time.monotonic() + seconds
    number = 0
    while time.monotonic() < end:
        number += 1
        r = random.Random(f"{seed}/{number}")
        direction = r.choice(["input", "output"])
        before, after, harmless = pair(r, direction)
        if direction == "output": before, after = after, before
        compatible = verdicts.is_compatible(before, after, direction)
        counts["pairs"] += 1
        shown = f"{direction} {json.dumps(before)} -> {json.dumps(after)}"
        if harmless:
            counts["harmless"] += 1
            if not compatible:
                counts["harmless called breaking"] += 1
                print(f"harmless, called breaking: pair {number}, {shown}", flush=True)
        if not compatible: continue
        counts["compatible"] += 1
        value, tried = counter_example(r, before, after, direction)
        counts["values"] += tried
        if value is not None:
            counts["failed"] += 1
            print(f"FAIL  pair {number} of seed {seed} is called compatible, but {json.dumps(value)}: {shown}", flush=True)
    print(", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
    failed = counts["failed"] + wrong_redeploys(verdicts)
    if counts["harmless called breaking"] > HARMLESS_CALLED_BREAKING * counts["harmless"]:
        failed += 1
        print(f"FAIL  {counts['harmless called breaking']} of {counts['harmless']} harmless changes are called breaking")
    print(f"contracts: {counts['compatible'] - counts['failed']} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__": main()
