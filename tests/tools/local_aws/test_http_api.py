"""HTTP API: the routes of SAM's OpenAPI body lead to the functions, and failures answer as API Gateway does."""

import pytest
import requests

from .conftest import Stack


@pytest.fixture
def api(stack: Stack) -> str:
    return stack.emulator.api_url(stack["ApiUrl"])


def test_the_address_of_an_api_follows_from_its_endpoint_or_its_id(stack: Stack) -> None:
    expected = f"{stack.emulator.url}/_aws/execute-api/{stack['ApiId']}/$default"
    assert stack.emulator.api_url(stack["ApiUrl"]) == stack.emulator.api_url(stack["ApiId"]) == expected


def test_a_route_of_the_template_reaches_its_function(api: str) -> None:
    answer = requests.get(f"{api}/people/anna", timeout=20)
    assert (answer.status_code, answer.text) == (202, "anna")


def test_the_body_of_a_request_arrives(api: str) -> None:
    answer = requests.post(f"{api}/people/anna", json={"name": "Anna"}, timeout=20)
    assert answer.json() == {"name": "Anna"}


def test_a_route_that_the_template_does_not_have_is_not_found(api: str) -> None:
    assert requests.delete(f"{api}/people/anna", timeout=20).status_code == 404


def test_a_function_that_fails_answers_500_without_saying_why(api: str) -> None:
    answer = requests.get(f"{api}/people/nobody", timeout=20)
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})


def test_the_cors_settings_of_the_template_are_kept(stack: Stack) -> None:
    [api] = stack.client("apigatewayv2").get_apis()["Items"]
    assert api["CorsConfiguration"]["AllowOrigins"] == ["https://membres.test"]
