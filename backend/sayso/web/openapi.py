"""The description of the API: as OpenAPI 3.1 for programs, as a plain page for people.

Both are made once per process from the same declarations that check the requests. The pages need
no script and nothing from elsewhere.
"""

from __future__ import annotations

import gzip
from html import escape
from typing import Any

from flask import Blueprint, Response, current_app, json, request
from werkzeug.exceptions import NotFound

import sayso
from sayso.web import problems
from sayso.web.auth import without_store
from sayso.web.smorest import Api

blueprint = Blueprint("openapi", __name__)

OPTIONS = {
    "API_TITLE": "Sayso",
    "API_VERSION": sayso.__version__,
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": None,
    "API_SPEC_OPTIONS": {
        "info": {
            "description": (
                "Patient-reported outcomes for clinical trials. Requests that change something "
                "carry the header X-Sayso-Client (participant/BUILD or console/BUILD). Errors are "
                "problem documents as in RFC 9457."
            )
        }
    },
}
CLIENT_HEADER = {
    "name": "X-Sayso-Client",
    "in": "header",
    "required": True,
    "description": "Which of the apps asks, and its build.",
    "schema": {"type": "string", "pattern": "^(participant|console)/[A-Za-z0-9._+-]{1,64}$"},
    "example": "participant/1.0.0",
}
_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem;
  color: #16202a; background: #fff }
h2 { margin-top: 2.5rem } h3 { font-family: ui-monospace, monospace; font-size: 1rem;
  margin: 1.5rem 0 .25rem } table { border-collapse: collapse; margin: .5rem 0 }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0;
  border-bottom: 1px solid #d5dde3 } code { font-family: ui-monospace, monospace }
a { color: #0b5c8a } @media (prefers-color-scheme: dark) { body { color: #e6edf2;
  background: #10171d } a { color: #8fc7ea } th, td { border-color: #34424e } }
"""


@blueprint.get("/api/openapi.json")
@without_store
def document() -> Response:
    """The OpenAPI 3.1 description of this API."""
    content, packed = _rendered("openapi", lambda: json.dumps(description(_api())))
    return _send(content, packed, "application/json")


@blueprint.get("/api/docs")
@without_store
def page() -> Response:
    """The same description to read."""
    content, packed = _rendered("docs", lambda: _page(description(_api())))
    return _send(content, packed, "text/html; charset=utf-8")


@blueprint.get("/api/docs.css")
@without_store
def style() -> Response:
    """How the pages look."""
    return Response(_STYLE, content_type="text/css; charset=utf-8")


@blueprint.get("/problems/<slug>")
@without_store
def problem(slug: str) -> Response:
    """What a problem is, in a sentence."""
    known = problems.explained().get(slug)
    if known is None:
        raise NotFound
    title, sentence = known
    body = f"<h1>{escape(title)}</h1><p>{escape(sentence)}</p><p><code>{escape(slug)}</code></p>"
    return _send(_html(title, body).encode(), None, "text/html; charset=utf-8")


def description(api: Api) -> dict[str, Any]:
    """The OpenAPI document, with the header that changing requests carry."""
    said = api.description()
    for operations in said["paths"].values():
        for method, operation in operations.items():
            if method in {"post", "put", "patch", "delete"}:
                operation.setdefault("parameters", []).append(CLIENT_HEADER)
    for answer in said["components"].get("responses", {}).values():
        # flask-smorest describes errors as plain JSON; ours have the type of RFC 9457.
        content = answer.get("content", {})
        if "application/json" in content:
            content["application/problem+json"] = content.pop("application/json")
    return said


def _api() -> Api:
    api: Api = current_app.extensions["sayso-api"]
    return api


def _rendered(name: str, render: Any) -> tuple[bytes, bytes]:
    kept = current_app.extensions.setdefault("sayso-documents", {})
    if name not in kept:
        content = render().encode()
        kept[name] = (content, gzip.compress(content, 9, mtime=0))
    found: tuple[bytes, bytes] = kept[name]
    return found


def _send(content: bytes, packed: bytes | None, kind: str) -> Response:
    headers = {"Vary": "Accept-Encoding"}
    if packed is not None and request.accept_encodings["gzip"]:
        return Response(packed, headers=headers | {"Content-Encoding": "gzip"}, content_type=kind)
    return Response(content, headers=headers, content_type=kind)


def _page(said: dict[str, Any]) -> str:
    parts = [f"<h1>{escape(said['info']['title'])} API {escape(said['info']['version'])}</h1>"]
    parts.append(f"<p>{escape(said['info'].get('description', ''))}</p>")
    parts.append('<p>For programs: <a href="/api/openapi.json">openapi.json</a></p>')
    for tag in said.get("tags", []):
        parts.append(f"<h2>{escape(tag['name'])}</h2><p>{escape(tag.get('description') or '')}</p>")
        for path, operations in said["paths"].items():
            for method, operation in operations.items():
                if method != "parameters" and tag["name"] in operation.get("tags", []):
                    shared = operations.get("parameters", [])
                    parts.append(_operation(method, path, operation, shared))
    return _html("Sayso API", "".join(parts))


def _operation(method: str, path: str, operation: dict[str, Any], shared: list[Any]) -> str:
    rows = []
    for parameter in [*shared, *operation.get("parameters", [])]:
        if "name" in parameter:
            about = parameter.get("description") or _shape(parameter.get("schema", {}))
            rows.append((f"{parameter['in']} {parameter['name']}", about))
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        rows.append(("body", f"{_shape(media.get('schema', {}))} as {kind}"))
    for status, answer in operation.get("responses", {}).items():
        rows.append((f"answer {status}", _answer(answer)))
    table = "".join(
        f"<tr><th><code>{escape(name)}</code></th><td>{escape(text)}</td></tr>"
        for name, text in rows
    )
    summary = " ".join(
        part for part in (operation.get("summary"), operation.get("description")) if part
    )
    return (
        f"<h3>{escape(method.upper())} {escape(path)}</h3>"
        f"<p>{escape(summary)}</p><table>{table}</table>"
    )


def _answer(answer: dict[str, Any]) -> str:
    if "$ref" in answer:
        return str(answer["$ref"]).rsplit("/", 1)[-1]
    shapes = [_shape(media.get("schema", {})) for media in answer.get("content", {}).values()]
    return ", ".join([str(answer.get("description", "")), *shapes])


def _shape(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    kind = schema.get("type", "")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _html(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title>"
        '<link rel="stylesheet" href="/api/docs.css"></head>'
        f"<body><main>{body}</main></body></html>"
    )
