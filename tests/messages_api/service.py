"""The service behind the HTTP server: who asks, what is valid, what is answered, what is remembered.

    receive -> admit -> (faults) -> begin -> answer

All state is here, behind one lock; the handler threads of the server call in.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from messages_api.batches import BatchService
from messages_api.cache import Plan, PrefixCache
from messages_api.diagnostics import Fingerprint, diagnose, fingerprint
from messages_api.errors import ApiError, Json
from messages_api.faults import Fault
from messages_api.models import Model, find_model
from messages_api.prompt import Prompt
from messages_api.record import Recorded
from messages_api.replies import Answer, Script, default_reply, make_answer, reply_to
from messages_api.validation import content_key, parse, validate

VERSIONS = frozenset({"2023-01-01", "2023-06-01", "2026-10-21"})
WORKSPACE = "wrkspc_default"
WRONG_KEY = "wrong"


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one request: a fault, a reply, both, or neither."""

    fault: Fault | None = None
    reply: Script | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """A valid request for an answer, with what the script has for it."""

    recorded: Recorded
    body: Json
    model: Model
    workspace: str
    prompt: Prompt
    plan: Plan
    step: Step


class Service:
    """One Messages API with its cache, script and memory."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        keys: Collection[str] | None,
        workspaces: Mapping[str, str],
        models: Mapping[str, Model],
        namespace: str,
    ) -> None:
        self.models = models
        self.namespace = namespace
        self.cache = PrefixCache()
        self.steps: deque[Step] = deque()
        self.default: Script = default_reply
        self.records: list[Recorded] = []
        self.crashes: list[BaseException] = []
        self.holds = threading.Semaphore(0)
        self.changed = threading.Condition()
        self._clock = clock
        self._offset = 0.0
        self._keys = keys
        self._workspaces = workspaces
        self._serial = 0
        self._fingerprints: dict[str, Fingerprint] = {}
        self._paused: set[str] = set()
        self.batches = BatchService(self)
        self.has_batches = True
        self.told_usage: Callable[[Json], Json] = lambda usage: usage
        self.batch_faults: deque[Fault] = deque()

    def now(self) -> float:
        """Seconds, on the clock that the cache lives by."""
        return self._clock() + self._offset

    def advance(self, seconds: float) -> None:
        """Let time pass for the cache."""
        self._offset += seconds

    def serial(self) -> int:
        """The next number for an id."""
        with self.changed:
            self._serial += 1
            return self._serial

    def receive(self, method: str, path: str, headers: Mapping[str, str], raw: bytes) -> Recorded:
        """Record a request that has arrived."""
        recorded = Recorded(method, path, headers, raw, self.now())
        with self.changed:
            self.records.append(recorded)
            self.changed.notify_all()
        return recorded

    def authenticate(self, headers: Mapping[str, str]) -> str:
        """The workspace of the request's key.

        Raises:
            ApiError: 401, or 400 without a known `anthropic-version`.
        """
        scheme, _, token = headers.get("authorization", "").partition(" ")
        key = token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
        if not key:
            raise ApiError(401, "x-api-key header is required")
        if key == WRONG_KEY or (self._keys is not None and key not in self._keys):
            raise ApiError(401, "invalid x-api-key")
        version = headers.get("anthropic-version")
        if version is None:
            raise ApiError(400, "anthropic-version: header is required")
        if version not in VERSIONS:
            raise ApiError(400, f'anthropic-version: "{version}" is not a valid version')
        return self._workspaces.get(key, WORKSPACE)

    def count(self, recorded: Recorded) -> int:
        """The prompt's tokens.

        Raises:
            ApiError: the request is not valid.
        """
        return self._validate(recorded, counts=True)[2].tokens

    def admit(self, recorded: Recorded) -> Admitted:
        """Validate a request for an answer, look into the cache, and take the next step of the script.

        Raises:
            ApiError: the request is not valid; no step is taken.
        """
        body, model, prompt = self._validate(recorded, counts=False)
        workspace = recorded.workspace or WORKSPACE
        plan = self.cache.plan(workspace, model, prompt, recorded.time)
        with self.changed:
            step = self.steps.popleft() if self.steps else Step()
        recorded.fault = step.fault
        return Admitted(recorded, body, model, workspace, prompt, plan, step)

    def admit_one(self, recorded: Recorded, params: Json) -> Admitted:
        """Validate one request of a batch and look into the cache; it takes no step of the script.

        Raises:
            ApiError: the request is not valid.
        """
        body, model, prompt = self._judge(recorded, params, counts=False)
        if body["max_tokens"] == 0:
            raise ApiError(400, "max_tokens: 0 is not supported in batches")
        workspace = recorded.workspace or WORKSPACE
        plan = self.cache.plan(workspace, model, prompt, recorded.time)
        return Admitted(recorded, body, model, workspace, prompt, plan, Step())

    def begin(self, admitted: Admitted) -> tuple[Json, Answer]:
        """The answer begins: from now on the cache has what it writes.

        Returns the message as a request without streaming gets it, and the answer in it.
        """
        body, model, plan, prompt = admitted.body, admitted.model, admitted.plan, admitted.prompt
        serial = self.serial()
        script = self.default if admitted.step.reply is None else admitted.step.reply
        reply = reply_to(script, body)
        bound = prompt.positions[-1].bound
        answer = make_answer(reply, body, model, bound=bound, workspace=admitted.workspace, serial=serial)
        message = {
            "id": f"msg_{self.namespace}{serial:06d}",
            "type": "message",
            "role": "assistant",
            "model": model.id,
            "content": list(answer.content),
            "stop_reason": answer.stop_reason,
            "stop_sequence": answer.stop_sequence,
            "stop_details": answer.stop_details,
            "usage": self.told_usage(plan.usage(answer.output)),
            "diagnostics": self._remember(admitted, f"msg_{self.namespace}{serial:06d}", answer),
        }
        self.cache.commit(plan)
        recorded = admitted.recorded
        recorded.message_id, recorded.verdict = str(message["id"]), plan.verdict
        recorded.usage = plan.usage(0)
        return message, answer

    def _validate(self, recorded: Recorded, *, counts: bool) -> tuple[Json, Model, Prompt]:
        return self._judge(recorded, parse(recorded.raw), counts=counts)

    def _judge(self, recorded: Recorded, body: Json, *, counts: bool) -> tuple[Json, Model, Prompt]:
        recorded.body = body
        if not isinstance(body.get("model"), str):
            raise ApiError(400, "model: Field required")
        model = find_model(body["model"], self.models)
        workspace = recorded.workspace or WORKSPACE
        prompt = recorded.prompt = validate(body, model, workspace, self._paused, counts=counts)
        return body, model, prompt

    def _remember(self, admitted: Admitted, message_id: str, answer: Answer) -> Json | None:
        """Keep what later requests may refer to; the diagnostics against what this one refers to."""
        current = fingerprint(admitted.workspace, admitted.model, admitted.body, admitted.prompt)
        previous = (admitted.body.get("diagnostics") or {}).get("previous_message_id")
        with self.changed:
            earlier = self._fingerprints.get(previous or "")
            self._fingerprints[message_id] = current
            if answer.stop_reason == "pause_turn" and answer.content:
                self._paused.add(content_key(list(answer.content)))
        return diagnose(earlier, current, admitted.plan.read) if previous else None
