#!/usr/bin/python3
"""What a server offers over stdio, read without any SDK:  offer.py COMMAND...  prints the tools of tools/list as JSON lines."""
import json
import subprocess
import sys

INITIALIZE = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "offer", "version": "1"}}


def main():
    server = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def send(message):
        server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        server.stdin.flush()

    def ask(number, method, params):
        send({"id": number, "method": method, "params": params})
        for line in server.stdout:
            message = json.loads(line)
            if message.get("id") == number and "method" not in message:
                return message["result"]
        sys.exit(f"{sys.argv[1:]} ended before it answered {method}")

    ask(0, "initialize", INITIALIZE)
    send({"method": "notifications/initialized"})
    number, cursor = 1, None
    while cursor or number == 1:
        page = ask(number, "tools/list", {"cursor": cursor} if cursor else {})
        for tool in page["tools"]:
            print(json.dumps(tool))
        number, cursor = number + 1, page.get("nextCursor")
    server.kill()


main()
