"""Uses a server with the official SDK for Python:  python_client.py URL MODE, with MODE one of legacy and auto.

Prints a JSON object: the version spoken, and what the tools of a registry answered, which the SDK holds against their schemas."""
import asyncio
import json
import sys

from mcp.client.client import Client

CALLS = {
    "search_tools": {"query": "clock"},
    "get_tool": {"name": "clock.now"},
    "list_servers": {},
    "compare_versions": {"name": "clock.now"},
}


async def main(url, mode):
    async with Client(url, mode=mode) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        answers = {name: (await client.call_tool(name, arguments)).structured_content for name, arguments in CALLS.items()}
        print(json.dumps({"protocol": client.protocol_version, "tools": tools, "answers": answers}))


asyncio.run(main(*sys.argv[1:]))
