"""Whatever ingress answers in a test must be what its OpenAPI file says: status, headers, body, events."""

import datetime
import json
import pathlib
import re

DOCS = pathlib.Path(__file__).resolve().parents[2] / "services/ingress/web/src/docs"
FILES = [json.loads((DOCS / name).read_text()) for name in ("openapi.json", "console.json")]
PATHS = {path: methods for file in FILES for path, methods in file["paths"].items()}
TYPES = {"string": str, "integer": int, "number": (int, float), "object": dict, "array": list, "boolean": bool, "null": type(None)}
EVENTS = {"message": "Message", "edit": "Message", "state": "State"}  # of the widget's stream


def pattern(path):
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))


# What has no holes first: it is meant before what has.
ROUTES = [(pattern(path), path) for path in sorted(PATHS, key=lambda path: ("{" in path, path))]


def resolve(node):
    while "$ref" in node:
        _, _, kind, name = node["$ref"].split("/")
        node = next(file["components"][kind][name] for file in FILES if name in file["components"].get(kind, {}))
    return node


def is_of(value, kind):
    return isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def properties(schema):
    """Of an object and all it is made of; None: whatever it likes."""
    schema = resolve(schema)
    parts = [schema.get("properties"), *(properties(part) for part in schema.get("allOf", ()))]
    known = {name: below for part in parts if part for name, below in part.items()}
    return known or None


def faults_of_object(value, schema, at, is_part):
    known = properties(schema)
    for part in schema.get("allOf", ()):
        yield from faults(value, part, at, is_part=True)
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{at}.{name} is missing"
    for name, below in value.items():
        if name in schema.get("properties", ()):
            yield from faults(below, known[name], f"{at}.{name}")
        elif known and name not in known and not is_part:
            yield f"{at}.{name} is not described"


def faults_of_size(value, schema, at):
    size = value if is_of(value, "number") else len(value) if isinstance(value, (str, list)) else None
    kind = "imum" if is_of(value, "number") else "Length" if isinstance(value, str) else "Items"
    if size is not None and not schema.get("min" + kind, size) <= size <= schema.get("max" + kind, size):
        yield f"{at} is out of bounds: {size}"


def is_time(text):
    try:
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo is not None
    except ValueError:
        return False


def faults(value, schema, at="body", is_part=False):
    """is_part: somebody else knows which properties there may be."""
    schema = resolve(schema)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(is_of(value, kind) for kind in kinds):
        yield f"{at} is {type(value).__name__}, not {' or '.join(kinds)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at} is {value!r}, none of {schema['enum']}"
    if "anyOf" in schema and all(any(faults(value, part, at)) for part in schema["anyOf"]):
        yield f"{at} is nothing of what it may be: {value!r}"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{at} is {value!r}, not like {schema['pattern']}"
    if isinstance(value, str) and schema.get("format") == "date-time" and not is_time(value):
        yield f"{at} is {value!r}, no time"
    yield from faults_of_size(value, schema, at)
    if isinstance(value, dict):
        yield from faults_of_object(value, schema, at, is_part)
    if isinstance(value, list) and "items" in schema:
        for i, item in enumerate(value):
            yield from faults(item, schema["items"], f"{at}[{i}]")


def faults_of_headers(headers, answer):
    for name, header in answer.get("headers", {}).items():
        text = headers.get(name)
        is_number = resolve(header["schema"]).get("type") == "integer"
        if text is None:
            yield f"header {name} is missing"
        else:
            yield from faults(int(text) if is_number and text.isdigit() else text, header["schema"], f"header {name}")


def faults_of_body(headers, body, answer):
    """body None: it is not looked at, as that of a stream."""
    contents = answer.get("content", {})
    kind = headers.get("Content-Type", "").split(";")[0]
    content = contents.get(kind, contents.get("*/*"))
    if not contents and body:
        yield f"body: there is to be none, not {body[:80]!r}"
    elif contents and content is None:
        yield f"header Content-Type is {kind or 'missing'}, none of {list(contents)}"
    elif body is not None and kind.endswith("json") and "schema" in content:
        yield from faults(json.loads(body), content["schema"])


def faults_of_answer(method, path, status, headers, body):
    operation = PATHS[path].get(method.lower())
    if not operation:
        if status < 400:
            yield f"{method} is not described, and was answered {status}"
        return
    answer = resolve(operation["responses"].get(str(status), {}))
    if not answer:
        yield f"status {status} is not described: {(body or b'')[:200]!r}"
        return
    yield from faults_of_headers(headers, answer)
    yield from faults_of_body(headers, body, answer)


def check(method, target, status, headers, body=None):
    path = target.split("?")[0]
    route = next((route for regex, route in ROUTES if regex.fullmatch(path)), None)
    if route and method not in ("OPTIONS", "HEAD"):
        found = list(faults_of_answer(method, route, status, headers, body))
        assert not found, f"the OpenAPI file says otherwise: {method} {route} {status}: " + "; ".join(found)


def check_event(target, event):
    name = EVENTS.get(event.get("event")) if target.startswith("/api/v1/events") else None
    if name:
        found = list(faults(event["data"], {"$ref": f"#/components/schemas/{name}"}, "data"))
        assert not found, f"the OpenAPI file says otherwise: event {event['event']}: " + "; ".join(found)
