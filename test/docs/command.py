"""What a document tells its reader to type."""

import dataclasses
import re
import subprocess

# What an inline command begins with, after the variables that are set for it. Other code spans are names, fields and paths.
PROGRAMS = ("kubectl", "oc", "helm", "make", "ninja", "cmake", "curl", "jq", "openssl", "podman", "docker", "ctr", "skopeo", "psql",
            "pg_dump", "python3", "ln", "claude", "kubectl-mcp", "mcp-registry", "mcp-bridge", "toolhive-operator")
SPAN = re.compile(r"`([^`]+)`")
BEGINNING = re.compile(r"(?:[A-Z_]+=\S+ )*(?:(?:%s) |source <|(?:test|config|manifests|build)/\S+ )" % "|".join(PROGRAMS))
COMMENT = re.compile(r"\s+#\s.*$")


@dataclasses.dataclass
class Command:
    document: str
    line: int
    text: str

    @property
    def key(self):
        """On one line, without comments and with single spaces: as the table has it."""
        lines = [COMMENT.sub("", line) for line in self.text.splitlines()]
        return " ".join(" ".join(re.sub(r"\\$", "", line) for line in lines).split())


def is_complete(text):
    """Whether a shell would run it, and not wait for the end of a quotation or of a pipe."""
    if COMMENT.sub("", text.splitlines()[-1]).endswith("\\"):
        return False
    checked = subprocess.run(["bash", "-n", "-c", text], capture_output=True, text=True, check=False)
    return checked.returncode == 0 and "here-document" not in checked.stderr


def read_commands(path, document):
    """The commands of every block of sh and of console, and those within the text, in their order."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    commands, prose, block, begun = [], [], None, None
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("```"):
            if begun:
                raise ValueError(f"{document}:{begun.line}: a command that does not end")
            block = (line.strip()[3:] or "text") if block is None else None
        elif block is None:
            prose.append(line)
            continue
        elif begun:
            begun.text += "\n" + line
            begun = None if is_complete(begun.text) else begun
        elif block == "sh" and line.strip() and not line.lstrip().startswith("#"):
            begun = Command(document, number, line)
        elif block == "console" and line.startswith("$ "):
            begun = Command(document, number, line[2:])
        if begun and begun.line == number:
            commands.append(begun)
            begun = None if is_complete(begun.text) else begun
        prose.append("")
    for paragraph in re.finditer(r"(?:[^\n]+\n?)+", "\n".join(prose)):
        for span in SPAN.finditer(paragraph[0]):
            if BEGINNING.match(span[1]):
                line = paragraph.string.count("\n", 0, paragraph.start() + span.start()) + 1
                # A table needs its bars escaped.
                commands.append(Command(document, line, " ".join(part.strip() for part in span[1].split("\n")).replace("\\|", "|")))
    return sorted(commands, key=lambda command: command.line)
