"""A server made with the official SDK for Python that offers what the official conformance suite asks for:

official_server.py stdio | official_server.py PORT
"""
import base64
import sys

from mcp.server.mcpserver import Context, Image, MCPServer
from mcp_types import EmbeddedResource, PromptMessage, SamplingMessage, TextContent, TextResourceContents
from pydantic import BaseModel

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
server = MCPServer(name="official", version="1.2.3")


def embedded(uri, text):
    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, mimeType="text/plain", text=text))


@server.tool()
def test_simple_text() -> str:
    """A text."""
    return "This is a simple text response for testing."


@server.tool()
def test_image_content() -> Image:
    """An image."""
    return Image(data=PIXEL, format="png")


@server.tool(structured_output=False)
def test_embedded_resource() -> list[EmbeddedResource]:
    """A resource."""
    return [embedded("test://embedded-resource", "This is an embedded resource content.")]


@server.tool(structured_output=False)
def test_multiple_content_types() -> list:
    """A text, an image and a resource."""
    return ["Multiple content types test:", Image(data=PIXEL, format="png"), embedded("test://mixed", '{"test":"data","value":123}')]


@server.tool()
async def test_tool_with_logging(ctx: Context) -> str:
    """Three log messages."""
    for text in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.info(text)
    return "logged"


@server.tool()
async def test_tool_with_progress(ctx: Context) -> str:
    """Progress in three steps."""
    for step in (0, 50, 100):
        await ctx.report_progress(step, 100, f"Completed step {step} of 100")
    return "done"


@server.tool()
def test_error_handling() -> str:
    """Fails."""
    raise ValueError("This tool intentionally returns an error for testing")


@server.tool()
async def test_sampling(prompt: str, ctx: Context) -> str:
    """Asks the client's model."""
    answer = await ctx.session.create_message(
        messages=[SamplingMessage(role="user", content=TextContent(type="text", text=prompt))], max_tokens=100)
    return f"LLM response: {answer.content.text}"


class Answer(BaseModel):
    """What the user is asked for."""

    username: str
    email: str


@server.tool()
async def test_elicitation(message: str, ctx: Context) -> str:
    """Asks the user."""
    answer = await ctx.elicit(message, Answer)
    return f"User response: {answer}"


@server.resource("test://static-text", mime_type="text/plain")
def static_text() -> str:
    """A text."""
    return "This is the content of the static text resource."


@server.resource("test://static-binary", mime_type="image/png")
def static_binary() -> bytes:
    """An image."""
    return PIXEL


@server.resource("test://template/{id}/data", mime_type="application/json")
def template(id: str) -> str:  # pylint: disable=redefined-builtin  # The suite's name for it.
    """Data of one id."""
    return '{"id":"%s","templateTest":true,"data":"Data for ID: %s"}' % (id, id)


@server.prompt()
def test_simple_prompt() -> str:
    """A prompt."""
    return "This is a simple prompt for testing."


@server.prompt()
def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
    """A prompt with arguments."""
    return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"


@server.prompt()
def test_prompt_with_embedded_resource(resourceUri: str) -> list:  # pylint: disable=invalid-name  # The suite's name for it.
    """A prompt with a resource."""
    return [PromptMessage(role="user", content=embedded(resourceUri, "Embedded resource content for testing."))]


if sys.argv[1] == "stdio":
    server.run("stdio")
else:
    server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
