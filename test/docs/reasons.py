"""Holds docs/troubleshooting.md to the reasons that the operator sets:  reasons.py ROOT

Each reason in the code of controller/operator has one row in the section REASONS of the document, with a symptom, a cause
and what to do; and each row is of a reason that the code sets. So a reason that is new, or goes, is a failure."""

import pathlib
import re
import sys

SECTION = "## Reasons from A to Z"
WORD = r'"([A-Z][A-Za-z]+)"'
NAMED_KINDS = ["Secret", "ConfigMap"]  # Of which a server's references say `<kind>NotFound` and `<kind>Forbidden`.
# Where the code gives a reason: the part in which it stands as a literal, or as the name of a constant.
PLACES = [
    r"ConditionValue::(?:yes|no|unknown)\(([^,]*),",
    r"with_reason\(([^;]*)\)",
    r"\bnote\([^,;]*,([^,;]*),",  # Of the writer of operands.
    r"\breason = ([^;]*);",
    r"\breject\([^,;]*,[^,;]*,([^,;]*),",
    r"return (" + WORD + r");",
    r"return [^;]*\? (" + WORD + r" : " + WORD + r");",
]
# Of one tool in status.tools; and of a look that does not count, so that nothing is said of it. No condition has these.
OF_NO_CONDITION = {"APIServerTrouble", "Breaking", "Compatible", "InvalidHeader", "New", "NotOffered", "Review"}


def sources(root):
    folders = [root / "controller/operator", root / "controller/mcp"]
    return [path.read_text() for folder in folders for path in sorted(folder.rglob("*.[ch]pp"))]


def reasons_in_code(root):
    texts = sources(root)
    constants = dict(re.findall(r"\b(k[A-Z]\w*)(?:\[\])? = " + WORD, "\n".join(texts)))
    found = set()
    for text in texts:
        for place in PLACES:
            for match in re.finditer(place, text):
                found |= words_of(match.group(1), constants)
    return found - OF_NO_CONDITION


def words_of(part, constants):
    words = set(re.findall(WORD, part)) | {constants[name] for name in re.findall(r"\bk[A-Z]\w*", part) if name in constants}
    if "type.kind +" in part:
        return {kind + word for kind in NAMED_KINDS for word in words}
    return words


def rows(document):
    """The cells of each row of the section's table, by the reason in the first."""
    section = document.partition(SECTION)[2].partition("\n## ")[0]
    lines = [line.strip().strip("|").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in lines}


def check_reasons(root):
    """How many reasons are told of in full, and how many are not."""
    code = reasons_in_code(root)
    told = rows((root / "docs/troubleshooting.md").read_text())
    bad = [f"{reason}: has no row in {SECTION[3:]}" for reason in sorted(code - told.keys())]
    bad += [f"{reason}: has a row, and nothing sets it" for reason in sorted(told.keys() - code)]
    bad += [f"{reason}: lacks a symptom, a cause or what to do" for reason, cells in told.items() if len(cells) != 3 or not all(cells)]
    for line in bad:
        print("FAIL  docs/troubleshooting.md: " + line)
    return len(code) - len(bad) if len(bad) < len(code) else 0, len(bad)


if __name__ == "__main__":
    passed, failed = check_reasons(pathlib.Path(sys.argv[1]))
    print(f"reasons: {passed} passed, {failed} failed")
    sys.exit(1 if failed or passed == 0 else 0)
