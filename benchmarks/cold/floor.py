"""Answer `GET /v1/version` with FastAPI and Mangum alone, as the least that such an image needs.

This module replaces the handler in a container, as the probe does.
"""

from fastapi import FastAPI
from mangum import Mangum

app = FastAPI(openapi_url=None)


@app.get("/v1/version")
def version() -> dict[str, str]:
    """Return an answer of the same form as the service's."""
    return {"version": "0"}


lambda_handler = Mangum(app, lifespan="off")
