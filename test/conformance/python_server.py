"""A server made with the official SDK for Python: python_server.py PORT. It has both eras."""
import sys

from mcp.server.mcpserver import MCPServer

server = MCPServer(name="python-server", version="1.2.3")


@server.tool()
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@server.tool()
def greet(name: str) -> str:
    """Greets somebody."""
    return f"Hello, {name}"


server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
