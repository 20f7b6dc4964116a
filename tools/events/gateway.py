"""Shape a request as API Gateway (either payload format) or a load balancer hands it to Lambda.

All omit fields of real events that no handler needs (authorizer, stage variables and others).
"""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

Event = dict[str, Any]

API = "sample0api"
DOMAIN = f"{API}.execute-api.us-east-1.amazonaws.com"
ACCOUNT = "123456789012"
CALLER = "192.0.2.1"  # an address kept for documentation
AGENT = "curl/8.14.1"


@dataclass(frozen=True)
class Request:
    """Hold a client's request."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @property
    def all_headers(self) -> dict[str, str]:
        """Return the request's own headers and those that every client adds."""
        common = {
            "accept": "*/*",
            "host": DOMAIN,
            "user-agent": AGENT,
            "x-forwarded-proto": "https",
        }
        length = {} if self.body is None else {"content-length": str(len(self.body))}
        return dict(sorted((common | length | self.headers).items()))

    @property
    def event_body(self) -> Event:
        """Return the body in base64, as API Gateway sends every body that is not plain text."""
        if self.body is None:
            return {"isBase64Encoded": False}
        return {"body": b64encode(self.body).decode(), "isBase64Encoded": True}


def payload_v2(request: Request) -> Event:
    """Return payload format 2.0, used by HTTP APIs, as in `template.yaml`, and function URLs."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": request.all_headers,
        **({"queryStringParameters": dict(parse_qsl(request.query))} if request.query else {}),
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API,
            "domainName": DOMAIN,
            "domainPrefix": API,
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": CALLER,
                "userAgent": AGENT,
            },
            "requestId": "sample-request",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1767225600000,
        },
        **request.event_body,
    }


def payload_v1(request: Request) -> Event:
    """Return payload format 1.0, used by REST APIs and by HTTP APIs configured for it."""
    query = parse_qsl(request.query)
    values: dict[str, list[str]] = {}
    for name, value in query:
        values.setdefault(name, []).append(value)
    return {
        "version": "1.0",
        "resource": "$default",
        "path": request.path,
        "httpMethod": request.method,
        "headers": request.all_headers,
        "multiValueHeaders": {name: [value] for name, value in request.all_headers.items()},
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": values or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API,
            "domainName": DOMAIN,
            "domainPrefix": API,
            "httpMethod": request.method,
            "identity": {"sourceIp": CALLER, "userAgent": AGENT},
            "path": request.path,
            "protocol": "HTTP/1.1",
            "requestId": "sample-request",
            "requestTime": "01/Jan/2026:00:00:00 +0000",
            "requestTimeEpoch": 1767225600000,
            "resourcePath": "$default",
            "stage": "$default",
        },
        "body": None,
        **request.event_body,
    }


def load_balancer(request: Request) -> Event:
    """Return the event of an Application Load Balancer without multi-value headers."""
    group = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:targetgroup/a/0123456789abcdef"
    query = (pair.partition("=") for pair in request.query.split("&") if pair)
    return {
        "requestContext": {"elb": {"targetGroupArn": group}},
        "httpMethod": request.method,
        "path": request.path,
        "queryStringParameters": {name: value for name, _, value in query},
        "headers": request.all_headers | {"x-forwarded-for": CALLER, "x-forwarded-port": "443"},
        "body": "",
        **request.event_body,
    }
