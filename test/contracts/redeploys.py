"""Ten redeploys of MCP servers, and who calls them what:  redeploys.py VERDICTS PYTHON prints the table of docs/comparison.md.

VERDICTS is the program contract_verdicts, PYTHON one that has mcp-compat and mcp-contract. Each pair in the folder redeploys has the true
answer with its reason: where it is breaking, a value that was accepted before and is not after, or of a result the other way
round, which an independent validator confirms.
"""
import json, pathlib, subprocess, sys, tempfile

import jsonschema

HERE = pathlib.Path(__file__).resolve().parent
SIDES = {"input": "inputSchema", "output": "outputSchema"}


def pairs():
    return [{"name": path.stem, **json.loads(path.read_text())} for path in sorted(HERE.glob("redeploys/*.json"))]


def accepts(tool, direction, value):
    return jsonschema.Draft202012Validator(tool[SIDES[direction]]).is_valid(value)


def is_proven(pair):
    """Whether the proof shows what the pair is said to be; what is compatible has an argument in words."""
    if pair["truth"] == "compatible": return "proof" not in pair
    direction, value = pair["proof"]["of"], pair["proof"]["value"]
    relied_on, given = (pair["before"], pair["after"]) if direction == "input" else (pair["after"], pair["before"])
    return accepts(relied_on, direction, value) and not accepts(given, direction, value)


def expected(pair):
    """What the registry says: the truth, or what is told in the document as wrong."""
    return pair.get("ours", pair["truth"])


def ours(verdicts, pair):
    both = [(direction, member) for direction, member in SIDES.items() if member in pair["before"]]
    fine = [verdicts.is_compatible(pair["before"][member], pair["after"][member], direction) for direction, member in both]
    return "compatible" if all(fine) else "breaking"


class McpCompat:
    name = "mcp-compat 0.1.0"

    def __init__(self, python): self.command = [python, "-m", "mcp_compat.cli"]

    def verdict(self, pair, work):
        for side in ("before", "after"): (work / side).write_text(json.dumps([pair[side]]))
        return answer(subprocess.run([*self.command, "--ci", work / "before", work / "after"], capture_output=True, text=True))


class McpContract:
    """It reads a server, so it is given one that offers the one tool."""
    name = "mcp-contract 0.6.0"

    def __init__(self, python): self.command = [python, "-m", "mcp_contract.cli"]

    def verdict(self, pair, work):
        def run(command, side):
            (work / side).write_text(json.dumps([pair[side]]))
            server = [sys.executable, HERE / "one_tool_server.py", work / side]
            return subprocess.run([*self.command, command, "--file", work / "contract", "--", *server], capture_output=True, text=True)
        recorded = run("snapshot", "before")
        if recorded.returncode != 0: raise SystemExit(f"FAIL  mcp-contract snapshot: {recorded.stderr}")
        return answer(run("check", "after"))


def answer(done):
    if done.returncode not in (0, 1): raise SystemExit(f"FAIL  {done.args}: {done.stderr}")
    return "breaking" if done.returncode == 1 else "compatible"


def shown(verdict, truth):
    return verdict if verdict == truth else f"**{verdict}**"


def main():
    from run import Verdicts
    verdicts, python = Verdicts(sys.argv[1]), sys.argv[2]
    others = [McpCompat(python), McpContract(python)]
    print("| redeploy | true answer | this registry | " + " | ".join(other.name for other in others) + " |")
    print("|---|---|---|" + "---|" * len(others))
    for pair in pairs():
        if not is_proven(pair): raise SystemExit(f"FAIL  {pair['name']}: its proof proves nothing")
        with tempfile.TemporaryDirectory() as work:
            said = [ours(verdicts, pair), *(other.verdict(pair, pathlib.Path(work)) for other in others)]
        cells = [pair["what"], f"{pair['truth']}: {pair['why']}", *(shown(each, pair["truth"]) for each in said)]
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__": main()
