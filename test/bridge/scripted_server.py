"""An MCP server over stdio that does what a test asks for: scripted_server.py [ERA]. ERA: legacy (default), modern or both."""
import json
import os
import sys
import time

ERA = sys.argv[1] if len(sys.argv) > 1 else "legacy"
MODERN = "2026-07-28"
INFO = {"name": "scripted", "version": "1.0"}


def say(message):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def tools_call(request, params):
    name, arguments = params["name"], params.get("arguments", {})
    if name == "progress":
        for step in range(arguments["steps"]):
            say({"method": "notifications/progress", "params": {"progressToken": params["_meta"]["progressToken"], "progress": step}})
    if name == "pid":
        return {"content": [{"type": "text", "text": str(os.getpid())}]}
    if name == "exit":
        sys.exit(3)
    if name == "sleep":
        time.sleep(arguments["seconds"])
    if name == "hang":
        return None
    if name == "change":
        say({"method": "notifications/tools/list_changed"})
    if name == "ask":
        say({"id": "q1", "method": "roots/list"})
        answer = json.loads(sys.stdin.readline())
        return {"content": [{"type": "text", "text": json.dumps(answer)}]}
    if name == "log":
        print(arguments["line"], file=sys.stderr, flush=True)
    return {"content": [{"type": "text", "text": json.dumps(params)}]}


def answer(request):
    method, params = request["method"], request.get("params", {})
    if method == "server/discover" and ERA != "legacy":
        return {"resultType": "complete", "supportedVersions": [MODERN], "capabilities": {"tools": {}}, "ttlMs": 0, "cacheScope": "private"}
    if method == "initialize" and ERA != "modern":
        return {"protocolVersion": params["protocolVersion"], "capabilities": {"tools": {"listChanged": True}}, "serverInfo": INFO,
                "instructions": "Be kind."}
    if method == "ping":
        return {}
    if method == "tools/list":
        return {"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]}
    if method == "tools/call":
        return tools_call(request, params)
    raise KeyError(method)


for line in sys.stdin:
    message = json.loads(line)
    print("got", message.get("method", "an answer"), file=sys.stderr, flush=True)
    if "id" not in message or "method" not in message:
        continue
    try:
        result = answer(message)
        if result is not None:
            say({"id": message["id"], "result": result})
    except KeyError as error:
        say({"id": message["id"], "error": {"code": -32601, "message": f"no {error}"}})
