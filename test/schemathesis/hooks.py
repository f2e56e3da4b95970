"""What parameters have to do with each other, and with paths: an OpenAPI document has no words for it."""

import jsonschema_rs
import schemathesis

SLASH = "~"  # Stands for the slash of a server's name while names are generated.
EITHER = "[~/]"  # What was sent is held against the schema afterwards, when the slash is in its place again.


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """The generator drops values of a path that hold a slash, as many servers cannot take it. This one can."""
    schema = raw_schema["components"]["parameters"]["serverName"]["schema"]
    schema["pattern"] = schema["pattern"].replace("/", EITHER)
    schema["example"] = schema["example"].replace("/", SLASH)


def is_positive(case):
    return case.meta is None or case.meta.generation.mode.is_positive


def without_broken_keywords(schema):
    """A generated object may by chance have a member that JSON Schema knows, with a value that it refuses."""
    if not isinstance(schema, dict) or jsonschema_rs.meta.is_valid(schema):
        return schema
    return {key: value for key, value in schema.items() if jsonschema_rs.meta.is_valid({key: value})}


@schemathesis.hook
def before_call(context, case, kwargs):
    path, query, body = case.operation.path, case.query or {}, case.body
    if path.startswith("/v0.1/") and isinstance(case.path_parameters.get("name"), str):
        case.path_parameters["name"] = case.path_parameters["name"].replace(SLASH, "/")
    if not is_positive(case):
        return
    # Only what a registry gave is a cursor, and none of what is made up here is that.
    if path in ("/api/v1/tools", "/v0.1/servers"):
        query.pop("cursor", None)
    # updated_since is to show what was deleted.
    if path == "/v0.1/servers" and query.get("updated_since"):
        query.pop("include_deleted", None)
    # A tool's schemas are JSON Schemas.
    if path.startswith("/api/v1/") and isinstance(body, dict):
        tools = [body.get("from"), body.get("to")] if path == "/api/v1/compare" else [body]
        for tool in filter(lambda each: isinstance(each, dict), tools):
            for member in ("inputSchema", "outputSchema"):
                if member in tool:
                    tool[member] = without_broken_keywords(tool[member])
    # A PUT's body may name the tool of its path, and no other.
    if case.method.upper() == "PUT" and path == "/api/v1/tools/{name}" and isinstance(body, dict) and "name" in body:
        body["name"] = case.path_parameters["name"]
