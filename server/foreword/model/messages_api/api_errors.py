"""What the SDK raises, and why an answer stopped, as what the user meets: one line that says what happened and what to do.

Decided by the error's `error_code`, its `type` and the HTTP status (https://platform.claude.com/docs/en/api/errors),
never by the wording of a message; the API's own words are quoted where they are all there is to say.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import anthropic
import httpx2

from foreword.core.errors import (
    ContextTooLarge,
    CredentialsError,
    ModelError,
    ModelUnavailable,
    RequestRejected,
)
from foreword.core.reply import StopReason
from foreword.model.messages_api.credentials import CONSOLE
from foreword.model.messages_api.retry_policy import SERVER_ERROR, asked_wait, may_retry, spell

LONGEST_QUOTE = 300
"""Characters of the API's own words that a message repeats."""
LONGEST_PAGE = 20_000
"""Characters of a page in which its title is looked for."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Who was asked: the provider's name, its base URL, where its credentials come from, and the model."""

    provider: str
    url: str
    key_source: str | None
    model: str = ""

    @property
    def key(self) -> str:
        """The credentials as a message names them."""
        return (
            f"the credentials from {self.key_source}" if self.key_source else "a request without credentials"
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """One attempt that gave no answer: the error to raise, and whether asking again may help.

    `stem` says what happened without what to do; `wait` are the seconds that the API asks to wait.
    """

    error: ModelError
    stem: str
    retry: bool = False
    wait: float | None = None


KEY_HEADERS = ("x-api-key", "authorization", "api-key", "x-goog-api-key")
LEAST_KEY = 4
"""A shorter one is part of too many words to be taken out of them."""


def failure(kind: type[ModelError], stem: str, hint: str, *, retry: bool = False) -> Failure:
    """A failure whose message is `stem: hint.`."""
    return Failure(kind(f"{stem}: {hint}."), stem, retry)


def failure_of(error: anthropic.AnthropicError | httpx2.HTTPError, place: Endpoint) -> Failure:
    """The failure behind anything that the SDK, or the HTTP client beneath it, raises for a request."""
    match error:
        case anthropic.APIStatusError():
            return _answered(error, place)
        # Before the connection errors, of which it is a subclass.
        case anthropic.APITimeoutError():
            return failure(
                ModelUnavailable,
                f"{place.url} does not answer",
                "check the network and model.url",
                retry=True,
            )
        case anthropic.APIConnectionError() | httpx2.HTTPError() if _is_no_header(error):
            # The words of the error hold the header, and so the key.
            stem = "The key has characters that can't be sent, such as a line end"
            return failure(CredentialsError, stem, f"set {place.key} again")
        case anthropic.APIConnectionError() | httpx2.HTTPError():
            reason = quote(str(error.__cause__ or error)) or type(error).__name__
            hint = "check the network, a proxy, and model.url or ANTHROPIC_BASE_URL"
            return failure(ModelUnavailable, f"Can't reach {place.url} ({reason})", hint, retry=True)
        case anthropic.CredentialsError():
            return failure(CredentialsError, "The credentials can't be used", quote(str(error)))
        case _:
            return failure(RequestRejected, f"{place.provider} can't do this request", quote(str(error)))


REASON_KEYS = ("error", "message", "detail", "details", "msg", "error_message", "errors", "title", "reason")
"""Where gateways, engines and frameworks put their words, most telling first; an error may be nested in another."""
DEEPEST = 5
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


def _reason(error: anthropic.APIStatusError) -> str:
    """The words of an endpoint that does not speak as the API does: a text, a list, another key, a page; empty for none."""
    if isinstance(error.body, str):
        titled = _TITLE.search(error.body[:LONGEST_PAGE])
        if titled:
            title = html.unescape(titled[1]).strip().removeprefix(str(error.status_code)).strip()
            return f"HTTP {error.status_code} {title}"
        return "" if error.body.lstrip().startswith("<") else error.body
    return _words_in(error.body, DEEPEST)


def _words_in(value: object, depth: int) -> str:
    """The first words in a JSON value, where words of an error stand."""
    if isinstance(value, str):
        return value
    if not depth:
        return ""
    if isinstance(value, list):
        return "; ".join(filter(None, (_words_in(one, depth - 1) for one in value[:3])))
    if isinstance(value, Mapping):
        found = (_words_in(value[key], depth - 1) for key in REASON_KEYS if key in value)
        return next((words for words in found if words.strip()), "")
    return ""


def _without_key(words: str, error: anthropic.APIStatusError) -> str:
    """The words of an endpoint, which may repeat the key that it was sent."""
    sent = (error.request.headers.get(name, "") for name in KEY_HEADERS)
    for key in (value.removeprefix("Bearer ") for value in sent):
        if len(key) >= LEAST_KEY:
            words = words.replace(key, "<the key>")
    return words


def _is_no_header(error: BaseException) -> bool:
    return isinstance(error, httpx2.LocalProtocolError) or isinstance(
        error.__cause__, httpx2.LocalProtocolError
    )


def _answered(error: anthropic.APIStatusError, place: Endpoint) -> Failure:
    """The failure behind an error that the API itself told."""
    kind = error.type or _KIND_BY_STATUS.get(error.status_code, "")
    words = quote(_without_key(error.api_message or _reason(error), error)) or f"HTTP {error.status_code}"
    # From the most to the least exact of what an error says about itself.
    told = _BY_CODE.get(error.error_code or "") or _BY_KIND.get(kind) or _by_status(error.status_code)
    values = {"model": place.model, "key": place.key, "url": place.url, "words": words, "console": CONSOLE}
    stem, hint = (part.format_map(values) for part in (told.stem, told.hint))
    if error.request_id and told.names_request:
        stem += f" [request {error.request_id}]"
    headers = error.response.headers
    is_worth_it = may_retry(error.status_code, kind, headers) and not _was_tried(error)
    retry = not told.is_final and is_worth_it
    return Failure(told.kind(f"{stem}: {hint}."), stem, retry, asked_wait(headers))


GATEWAYS_OWN = frozenset({429, 500, 529})
"""What a gateway says when it has asked its upstream several times; 502 to 504 are those of a plain proxy."""


def _was_tried(error: anthropic.APIStatusError) -> bool:
    """Whether a gateway made this error, which has tried several times itself: its tries and ours would multiply.

    Errors of the API have a request id, also through a proxy that passes them on; who asks to wait wants to be asked again.
    """
    headers = error.response.headers
    says_so = error.request_id or asked_wait(headers) is not None or "x-should-retry" in headers
    return error.status_code in GATEWAYS_OWN and not says_so


@dataclass(frozen=True, slots=True)
class _ErrorText:
    """How one kind of error is told; `is_final` where asking again never helps, whatever the status says."""

    kind: type[ModelError]
    stem: str
    hint: str
    is_final: bool = False
    names_request: bool = False


_LIMIT = _ErrorText(
    ModelUnavailable,
    "The spend limit of the account behind {key} is reached",
    "raise it at {console}/limits, or wait for the next period",
    is_final=True,
)
_OVERLOADED = _ErrorText(
    ModelUnavailable, "{url} is overloaded", "try again in a minute, or choose another model with --model"
)
_TROUBLE = _ErrorText(
    ModelUnavailable, "{url} has trouble ({words})", "try again in a minute", names_request=True
)
_TOO_LARGE = _ErrorText(
    ContextTooLarge,
    "The request is too large for {model} ({words})",
    "lower context.budget, or start a new chat",
)
_REJECTED = _ErrorText(RequestRejected, "{url} rejects the request", "{words}", names_request=True)
_WRONG_URL = _ErrorText(
    RequestRejected, "{url} has no Messages API ({words})", "check model.url or ANTHROPIC_BASE_URL"
)

_BY_CODE: Mapping[str, _ErrorText] = {
    "enforced_spend_limit_reached": _LIMIT,
    "contract_spend_limit_reached": _LIMIT,
    "linked_organization_spend_limit_reached": _LIMIT,
    "ramp_limit_exceeded": _ErrorText(
        ModelUnavailable, "Usage of {url} grows faster than it allows", "try again in some minutes"
    ),
}
# By the type in the body, before the status: an error within a stream has the status 200 of the stream
# (findings/anthropic-errors-within-a-stream.sh).
_BY_KIND: Mapping[str, _ErrorText] = {
    "authentication_error": _ErrorText(
        CredentialsError,
        "{url} does not accept {key}",
        "set a valid key (see {console}/keys), or use --provider offline",
    ),
    "billing_error": _ErrorText(
        CredentialsError, "The account behind {key} can't be billed ({words})", "see {console}/billing"
    ),
    "permission_error": _ErrorText(
        CredentialsError,
        "{url} does not let {key} use {model} ({words})",
        "choose another model with --model, or ask whoever administers the account",
    ),
    "not_found_error": _ErrorText(
        RequestRejected, "{url} does not know the model {model!r}", "choose another with --model"
    ),
    "request_too_large": _TOO_LARGE,
    "exceed_context_size_error": _TOO_LARGE,  # llama.cpp's server
    "invalid_request_error": _REJECTED,
    "rate_limit_error": _ErrorText(
        ModelUnavailable,
        "{url} limits the rate of requests",
        "try again in a minute, or choose another model",
    ),
    "timeout_error": _TROUBLE,
    "api_error": _TROUBLE,
    "overloaded_error": _OVERLOADED,
}
# No 404: the API's own has a type and is about the model, and one without a type is a wrong URL.
_KIND_BY_STATUS: Mapping[int, str] = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def _by_status(status: int) -> _ErrorText:
    """For errors of a type that is not known here, as engines and gateways send them."""
    if status in {404, 405}:
        return _WRONG_URL
    # 200 is an error that arrives within a stream.
    passing = status in {200, 408, 409, 499} or status >= SERVER_ERROR
    return _TROUBLE if passing else _REJECTED


def given_up(last: Failure) -> ModelError:
    """The error to raise when nothing is asked again; it names the wait that the API asked for."""
    if not last.retry or not last.wait:
        return last.error
    hint = "try again then, or choose another model with --model"
    return ModelUnavailable(f"{last.stem}; the API asks to wait {spell(last.wait)}: {hint}.")


def why_broken(error: anthropic.AnthropicError | httpx2.HTTPError, place: Endpoint) -> str:
    """What broke a stream that had begun, without what to do."""
    match error:
        case anthropic.APIStatusError():
            return failure_of(error, place).stem
        case httpx2.TimeoutException():
            return "nothing more arrived in time"
        case _:
            return f"the connection broke ({type(error).__name__})"


_HEADER_VALUE = re.compile(r"(?i)(header value)\b.*")
"""What an HTTP library says of a header that it can't send is followed by its value, which may be a key."""


def quote(words: str) -> str:
    """Another program's words on one line, without their final stop."""
    line = _HEADER_VALUE.sub(r"\1", " ".join(words.split()).rstrip("."))
    return line if len(line) <= LONGEST_QUOTE else line[:LONGEST_QUOTE] + "…"


_NOTES: Mapping[str, str] = {
    "max_tokens": "The answer reached its longest allowed length: ask to go on, or raise answer.tokens.",
    "pause_turn": "The API paused a long turn: send the conversation again to go on.",
    "model_context_window_exceeded": (
        "The answer filled the model's context window: start a new chat, or lower context.budget."
    ),
}
_PLAIN: Mapping[str, StopReason] = {
    "end_turn": "end_turn",
    "max_tokens": "max_tokens",
    "stop_sequence": "stop_sequence",
    "tool_use": "tool_use",
    "pause_turn": "pause_turn",
    "refusal": "refusal",
    "model_context_window_exceeded": "model_context_window_exceeded",
}


def stop_of(raw: str, *, calls_tools: bool) -> StopReason:
    """The stop reason behind the API's word; an unknown one counts as the end of the turn.

    Some gateways end a turn that calls tools with `end_turn`, or name `tool_use` where there is no call:
    what the content holds decides between these two.
    """
    stop = _PLAIN.get(raw, "end_turn")
    if stop in {"end_turn", "tool_use"}:
        return "tool_use" if calls_tools else "end_turn"
    return stop


def note_of(raw: str, details: Mapping[str, Any]) -> str | None:
    """What the user should know about the API's stop reason, or None for a usual one."""
    if raw == "refusal":
        return _refusal(details)
    if raw not in _PLAIN:
        return f"The answer stopped for a reason that this version does not know ({raw})."
    return _NOTES.get(raw)


def _refusal(details: Mapping[str, Any]) -> str:
    category = details.get("category")
    about = f" (category: {category})" if category else ""
    return f"The model declined to answer{about}: ask in another way, or choose another model."
