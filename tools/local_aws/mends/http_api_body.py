"""HTTP API: routes, integrations and authorizers from the OpenAPI `Body` that SAM writes, which MiniStack ignores."""

import hashlib
from typing import Any

from ministack.services import apigateway
from ministack.services.cloudformation import provisioners

from .provisioning import Properties, after


def mend() -> None:
    """Import the body of an AWS::ApiGatewayV2::Api; a later update replaces all that an earlier one brought."""
    after("AWS::ApiGatewayV2::Api", _import)


def _import(api_id: str, properties: Properties) -> None:
    body = properties.get("Body")
    if not body:
        return
    schemes = (body.get("components") or {}).get("securitySchemes") or {}
    authorizers = {
        name: _authorizer(_id(api_id, name), name, scheme["x-amazon-apigateway-authorizer"])
        for name, scheme in schemes.items()
        if "x-amazon-apigateway-authorizer" in scheme
    }
    integrations, routes = {}, {}
    for path, operations in (body.get("paths") or {}).items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            key = _route_key(method, path)
            identity = _id(api_id, key)
            integrations[identity] = {"integrationId": identity, **_integration(operation)}
            routes[identity] = {"routeId": identity, **_route(key, identity, operation, authorizers)}
    if cors := body.get("x-amazon-apigateway-cors"):
        apigateway._apis[api_id]["corsConfiguration"] = cors
    apigateway._authorizers[api_id] = {each["authorizerId"]: each for each in authorizers.values()}
    apigateway._integrations[api_id] = integrations
    apigateway._routes[api_id] = routes


def _id(api_id: str, name: str) -> str:
    return hashlib.sha256(f"{api_id}/{name}".encode()).hexdigest()[:10]


def _route_key(method: str, path: str) -> str:
    if path == "/$default":
        return "$default"
    return f"{'ANY' if method == 'x-amazon-apigateway-any-method' else method.upper()} {path}"


def _integration(operation: dict[str, Any]) -> dict[str, Any]:
    declared = operation.get("x-amazon-apigateway-integration") or {}
    properties: dict[str, Any] = provisioners._apigw_v2_integration_props(
        {
            "IntegrationType": declared.get("type", "aws_proxy").upper(),
            "IntegrationUri": declared.get("uri", ""),
            "IntegrationMethod": declared.get("httpMethod", "POST"),
            "PayloadFormatVersion": declared.get("payloadFormatVersion", "2.0"),
        }
    )
    return properties


def _route(key: str, integration: str, operation: dict[str, Any], authorizers: dict[str, Any]) -> dict[str, Any]:
    declared: dict[str, Any] = {"RouteKey": key, "Target": f"integrations/{integration}"}
    for requirement in operation.get("security") or []:
        for name, scopes in requirement.items():
            if authorizer := authorizers.get(name):
                declared["AuthorizerId"] = authorizer["authorizerId"]
                declared["AuthorizationType"] = "JWT" if authorizer["authorizerType"] == "JWT" else "CUSTOM"
                declared["AuthorizationScopes"] = scopes
    properties: dict[str, Any] = provisioners._apigw_v2_route_props(declared)
    return properties


def _authorizer(identity: str, name: str, declared: dict[str, Any]) -> dict[str, Any]:
    source = declared.get("identitySource", "$request.header.Authorization")
    authorizer = {
        "authorizerId": identity,
        "name": name,
        "identitySource": source if isinstance(source, list) else [source],
    }
    if jwt := declared.get("jwtConfiguration"):
        lowered = {key[0].lower() + key[1:]: value for key, value in jwt.items()}
        return {**authorizer, "authorizerType": "JWT", "jwtConfiguration": lowered}
    return {
        **authorizer,
        "authorizerType": "REQUEST",
        "authorizerUri": declared.get("authorizerUri", ""),
        "authorizerPayloadFormatVersion": declared.get("authorizerPayloadFormatVersion", "2.0"),
        "enableSimpleResponses": declared.get("enableSimpleResponses", False),
        "authorizerResultTtlInSeconds": declared.get("authorizerResultTtlInSeconds", 0),
    }
