"""A strict stand-in for the Messages API: a real HTTP server on 127.0.0.1, for tests and by hand.

    with MessagesApi() as api:
        api.script("First answer.", Status(529), Reply((tool_use_block("search", {"query": "x"}),)))
        client = AsyncAnthropic(base_url=api.url, api_key="any", max_retries=0)
        ...
        assert "read" == api.messages[1].verdict

It refuses what the service refuses, counts tokens, keeps a prefix cache with lifetimes and look-back, and
fails on demand. It knows nothing of the code under test, so that it can be a second opinion. Tools are
never run and no text is understood: answers are scripted, or say what was asked.
"""

from messages_api.faults import (
    BadJson,
    BadToolInput,
    Cut,
    Drop,
    EndEarly,
    ErrorEvent,
    Fault,
    Foreign,
    Hold,
    Html,
    SlowStart,
    Status,
    UnknownEvent,
)
from messages_api.models import MODELS, Model, find_model
from messages_api.prices import ARTICLE, PRICES, Price, cost
from messages_api.record import Recorded
from messages_api.replies import (
    Reply,
    Script,
    default_reply,
    refusal,
    text_block,
    thinking_block,
    tool_use_block,
)
from messages_api.stand_in import MessagesApi

__all__ = [
    "ARTICLE",
    "MODELS",
    "PRICES",
    "BadJson",
    "BadToolInput",
    "Cut",
    "Drop",
    "EndEarly",
    "ErrorEvent",
    "Fault",
    "Foreign",
    "Hold",
    "Html",
    "MessagesApi",
    "Model",
    "Price",
    "Recorded",
    "Reply",
    "Script",
    "SlowStart",
    "Status",
    "UnknownEvent",
    "cost",
    "default_reply",
    "find_model",
    "refusal",
    "text_block",
    "thinking_block",
    "tool_use_block",
]
