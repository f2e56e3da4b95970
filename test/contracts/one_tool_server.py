"""An MCP server on stdio that offers the tools in a file and does nothing else:  one_tool_server.py FILE"""
import json, sys

tools = json.load(open(sys.argv[1]))
ANSWERS = {
    "initialize": lambda params: {"protocolVersion": params["protocolVersion"], "capabilities": {"tools": {}},
                                  "serverInfo": {"name": "one-tool", "version": "1"}},
    "ping": lambda _: {},
    "tools/list": lambda _: {"tools": tools},
}

for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked: continue
    answer = ANSWERS.get(asked["method"])
    said = {"result": answer(asked.get("params", {}))} if answer else {"error": {"code": -32601, "message": "no such method"}}
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], **said}), flush=True)
