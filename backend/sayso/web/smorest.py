"""The one place that touches flask-smorest: typed, strict about JSON, and RFC 9457 for errors.

flask-smorest ships no types, so the rest of web uses the small facade below. JSON is read strictly:
what no other program could read back (NaN, numbers beyond any float, nesting without end) is
refused as malformed instead of failing later in a database.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from threading import Lock
from typing import Any, TypeVar

import flask_smorest
import marshmallow
from flask import Flask, Request
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, HTTPException

from sayso.web import problems

F = TypeVar("F", bound=Callable[..., Any])
Schema = type[marshmallow.Schema] | marshmallow.Schema

LARGEST_ID = 9_223_372_036_854_775_807
"""The largest row id that both databases hold; use it as <int(max=…)> in routes."""

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


class _Parser(FlaskParser):
    """Reads bodies as strict JSON, with schemas that are made once.

    Making a schema copies all its fields, so that one made for each request would cost more than
    what it checks.
    """

    def use_args(self, argmap: Any, *args: Any, **options: Any) -> Any:
        made = argmap() if isinstance(argmap, type) else argmap
        return super().use_args(made, *args, **options)

    def load_json(self, req: Request, schema: Any) -> Any:
        data = req.get_data(cache=True)
        if not data:
            return marshmallow.missing
        return strict_json(data)


class _Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    ARGUMENTS_PARSER = _Parser()


class Api(flask_smorest.Api):  # type: ignore[misc]
    """The routes of an application, and their description, which is made when somebody asks.

    Describing takes longer than everything else at the start of a worker, and hardly any worker is
    ever asked.
    """

    ERROR_SCHEMA = problems.ProblemSchema

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._undescribed: list[flask_smorest.Blueprint] = []
        self._describing = Lock()

    def register(self, resource: Resource) -> None:
        """Answer the routes of a group."""
        blueprint = resource.blueprint
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint)
        self._undescribed.append(blueprint)

    def description(self) -> dict[str, Any]:
        """The OpenAPI document of every group, in the order in which they were registered."""
        with self._describing:
            for blueprint in self._undescribed:
                name = blueprint.name
                blueprint.register_views_in_doc(
                    self, self._app, self.spec, name=name, parameters=None
                )
                self.spec.tag({"name": name, "description": blueprint.description})
            self._undescribed.clear()
            said: dict[str, Any] = self.spec.to_dict()
            return said

    def handle_http_exception(self, error: HTTPException) -> Any:
        return problems.from_http(error)


class Resource:
    """A group of routes under one address, documented in the OpenAPI."""

    def __init__(self, name: str, url_prefix: str, description: str) -> None:
        self.blueprint = _Blueprint(name, name, url_prefix=url_prefix, description=description)

    def route(self, rule: str, method: str = "GET") -> Callable[[F], F]:
        """Answer `method` under `rule`; the outermost decorator of a view."""

        def decorate(view: F) -> F:
            self.blueprint.route(rule, methods=[method])(view)
            return view

        return decorate

    def arguments(self, schema: Schema, location: str = "json") -> Callable[[F], F]:
        """Load the body (or the "query") with a schema and pass it as a dictionary."""
        decorator: Callable[[F], F] = self.blueprint.arguments(_made(schema), location=location)
        return decorator

    def response(
        self, status: int, schema: Schema | None = None, description: str | None = None
    ) -> Callable[[F], F]:
        """Dump what the view returns; without a schema the view returns nothing or a Response."""
        decorator: Callable[[F], F] = self.blueprint.response(
            status, _made(schema), description=description
        )
        return decorator

    def also(
        self, status: int, schema: Schema | None = None, description: str | None = None
    ) -> Callable[[F], F]:
        """Document another answer of the view."""
        decorator: Callable[[F], F] = self.blueprint.alt_response(
            status, schema=_made(schema), description=description, success=status < 400
        )
        return decorator

    def doc(self, **said: Any) -> Callable[[F], F]:
        """Add to the OpenAPI description of the operation as it is."""
        decorator: Callable[[F], F] = self.blueprint.doc(**said)
        return decorator


def make_api(app: Flask, options: Mapping[str, Any]) -> Api:
    """Attach flask-smorest to the application; returns its Api, which knows the OpenAPI."""
    app.config.update(options)
    return Api(app)


@cache
def _made(schema: Schema | None) -> marshmallow.Schema | None:
    """The schema ready for use: one for all routes that name the same class.

    With every decorator flask-smorest copies all that was said of a view so far, down to the last
    field of its schemas, which took a fifth of the start. Nothing changes a schema once it is made,
    so a copy of it is the schema itself.
    """
    if schema is None:
        return None
    made = schema() if isinstance(schema, type) else schema
    vars(made)["__deepcopy__"] = lambda _memo: made
    return made


def strict_json(data: bytes) -> Any:
    """Parse JSON. Raises BadRequest for what is no JSON, or JSON that nothing else can read.

    A phone that cuts a text in the middle of an emoji sends half a character, which JSON can escape
    and UTF-8 cannot hold. Answers are never refused for that: it becomes U+FFFD.
    """
    try:
        found = json.loads(
            data.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite, parse_int=_whole
        )
        # Once the bytes are UTF-8, half a character can only come from an escape.
        return _whole_characters(found) if b"\\u" in data else found
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body is not JSON") from error


def _whole_characters(value: Any) -> Any:
    if isinstance(value, str):
        return _HALF_CHARACTER.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole_characters(item) for item in value]
    if isinstance(value, dict):
        return {_whole_characters(name): _whole_characters(item) for name, item in value.items()}
    return value


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _whole(text: str) -> int:
    if len(text) > 19:
        raise ValueError("a number is too large")
    return int(text)
