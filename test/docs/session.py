"""The console sessions of a Markdown file: what is typed, and what is said to come of it."""

import dataclasses
import subprocess


@dataclasses.dataclass
class Step:
    line: int
    heading: str
    command: str
    output: str


def is_complete(command):
    """Whether a shell would run it, and not wait for the end of a quotation."""
    return subprocess.run(["bash", "-n", "-c", command], capture_output=True, check=False).returncode == 0


def read_steps(path):
    """Every command of the blocks marked as console, with the lines below it."""
    steps = []
    heading = ""
    step = None
    in_block = False
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if line.startswith("```"):
                in_block = line == "```console"
                step = None
            elif not in_block:
                if line.startswith("#"):
                    heading = line.lstrip("# ")
            elif line.startswith("$ "):
                step = Step(number, heading, line[2:], "")
                steps.append(step)
            elif step is None:
                raise ValueError(f"{path}:{number}: a console block begins with a command after '$ '")
            elif not step.output and not is_complete(step.command):
                step.command += "\n" + line
            else:
                step.output += line + "\n"
    for step in steps:
        if not is_complete(step.command):
            raise ValueError(f"{path}:{step.line}: a command that does not end")
    return steps
