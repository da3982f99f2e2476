"""The description of the API is made when somebody asks, not by every worker that starts."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from flask import Flask
from marshmallow import Schema, fields

from sayso.web import openapi, routes, smorest
from sayso.web.smorest import Resource, make_api


class Shoe(Schema):
    size = fields.Integer(required=True)


class Sock(Schema):
    shoe = fields.Nested(Shoe)


@pytest.fixture
def app() -> Flask:
    """An application with two small groups of routes."""
    app = Flask("small")
    api = make_api(app, openapi.OPTIONS)
    app.extensions["sayso-api"] = api
    for name in ("shoes", "socks"):
        api.register(_group(name))
    return app


def _group(name: str) -> Resource:
    group = Resource(name, f"/api/{name}", f"All {name}.")

    @group.route("/", "POST")
    @group.arguments(Shoe)
    @group.response(201, Sock)
    @group.also(409, Shoe, "Already there.")
    def add(body: dict[str, Any]) -> dict[str, Any]:
        """Add one."""
        return {"shoe": body}

    return group


def test_routes_answer_before_anything_is_described(app: Flask) -> None:
    api = app.extensions["sayso-api"]

    answer = app.test_client().post("/api/shoes/", json={"size": 39})

    assert (answer.status_code, answer.json) == (201, {"shoe": {"size": 39}})
    assert api.spec.to_dict()["paths"] == {}


def test_the_groups_are_described_in_their_order(app: Flask) -> None:
    said = openapi.description(app.extensions["sayso-api"])

    assert [tag["name"] for tag in said["tags"]] == ["shoes", "socks"]
    assert list(said["paths"]) == ["/api/shoes/", "/api/socks/"]
    answers = said["paths"]["/api/socks/"]["post"]["responses"]
    assert {"201", "409", "422"} <= set(answers)
    assert set(said["components"]["schemas"]) >= {"Shoe", "Sock"}


def test_asking_again_gives_the_same_description(app: Flask) -> None:
    api = app.extensions["sayso-api"]

    first, second = (deepcopy(api.description()) for _ in range(2))

    assert first == second


def test_what_the_description_says_does_not_change_what_is_checked(app: Flask) -> None:
    client = app.test_client()
    app.extensions["sayso-api"].description()

    assert client.post("/api/socks/", json={"size": 39}).status_code == 201
    assert client.post("/api/socks/", json={}).status_code == 422


def test_a_schema_is_made_once_and_never_copied() -> None:
    made = smorest._made(Shoe)

    assert smorest._made(Shoe) is made
    assert deepcopy({"schema": made}) == {"schema": made}
    many = Shoe(many=True)
    assert smorest._made(many) is many is not made
    assert smorest._made(None) is None


def test_every_group_of_the_application_is_described_by_its_name() -> None:
    names = [resource.blueprint.name for resource in routes.RESOURCES]
    assert len(set(names)) == len(names)
