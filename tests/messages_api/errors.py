"""Errors in the shape of the Messages API: a status, a type and a message that names the place.

The messages follow the real service where its wording is known from public reports; clients must
branch on the type, never on the text.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    502: "api_error",
    503: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class ApiError(Exception):
    """The request gets an error answer with `status`."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def invalid(message: str) -> ApiError:
    """A 400 with the type `invalid_request_error`."""
    return ApiError(400, message)


def error_body(kind: str, message: str, request_id: str, error_code: str | None = None) -> Json:
    """The JSON that every error answer consists of."""
    error: Json = {"type": kind, "message": message}
    if error_code is not None:
        error["details"] = {"error_code": error_code}
    return {"type": "error", "error": error, "request_id": request_id}
