"""Every setting: its key, meaning, default and range, and how layers of options become `Settings`.

Options are what a file, the environment, a flag or an editor says (`context.budget = 60000`);
settings are resolved. Wrong options are reported as problems and never fatal: the weaker layer holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Literal

from foreword.core.errors import Problem

PROVIDERS: Final = (
    "auto",
    "anthropic",
    "offline",
    "bedrock",
    "mantle",
    "aws",
    "vertex",
    "google-cloud",
    "foundry",
)
RESERVED: Final = ("FOREWORD_HOME", "FOREWORD_DEBUG")
"""Variables that are no settings: they count before there are any."""

MAX_PINS: Final = 200
MAX_TEXT: Final = 1_000
"""Characters of a text in a list."""

KEY_BEGINNING = re.compile(r"(?<![\w.-])(?:sk|rk)-[\w-]{12,}")
"""How keys of this and other APIs begin, also those of tests and of gateways that give out plain words."""
PLAIN_WORD = re.compile(r"[a-z]{0,15}")
"""No key is that short and of small letters alone."""
LEAST_KEY = 16
"""Characters of a word that may be a key."""
MAX_WORD = 24
"""Characters of a word that is told; keys are longer, names of choices shorter."""

_CHOICES, _RANGE, _USER_ONLY, _MOST, _COSTS = "choices", "range", "user_only", "most", "costs"
_PROJECT = "project"
"""Of the choices those that a project may set, whatever the user has; others cost more."""
AUTO: Final = "auto"
"""What a number of tokens may be set to that is then chosen by what pays."""
EFFORTS: Final = (AUTO, "low", "medium", "high", "xhigh", "max")
AUTO_BUDGET: Final = 60_000
"""As what `auto` counts where a project's budget is compared with the user's."""
PROJECT_FACTOR = 2
"""A project may raise what costs money to so many times the user's own value: what is more, the user sets."""


def _option(default: Any, doc: str, **limits: Any) -> Any:  # noqa: ANN401 - as dataclasses.field is typed
    return field(default=default, metadata={"doc": doc, **limits})


@dataclass(frozen=True, slots=True)
class Settings:
    """Resolved settings; the key of `context_budget` is `context.budget`."""

    model: str = _option("claude-sonnet-5-5", "Model id.")
    provider: str = _option(
        "auto",
        "Who answers; auto is anthropic with credentials or an endpoint, else offline.",
        choices=PROVIDERS,
    )
    model_effort: str = _option(
        AUTO,
        "How much the model puts into an answer; auto is what it does by itself. Another effort begins a cache of its own.",
        choices=EFFORTS,
        project=EFFORTS[:4],
    )
    model_thinking: str = _option(
        AUTO,
        "Thinking before an answer; off is as little of it as the model allows. A change begins a cache of its own.",
        choices=(AUTO, "off"),
    )
    model_url: str = _option("", "Base URL of a Messages-compatible endpoint.", user_only=True)
    model_key_command: str = _option(
        "", "Command that prints the API key, where it is not in the environment.", user_only=True
    )
    model_catalog: str = _option("", "TOML file with models and prices of your own.", user_only=True)
    model_deadline: float = _option(600.0, "Seconds a request may take, retries included.", range=(1, 86_400))
    answer_tokens: int = _option(16_000, "Longest answer, in tokens.", range=(256, 128_000), costs=True)
    context_budget: int | Literal["auto"] = _option(
        AUTO,
        "Tokens of the base; auto is the size that pays for you and the model.",
        range=(2_000, 900_000),
        costs=True,
    )
    context_delta: int = _option(
        40_000, "Tokens of saved changes that the base may lag behind.", range=(500, 400_000), costs=True
    )
    context_instructions: int = _option(
        12_000,
        "Tokens of instruction files (AGENTS.md, CLAUDE.md with its imports, .github/copilot-instructions.md, .cursor/rules); "
        "0 to treat them as any other file.",
        range=(0, 200_000),
        costs=True,
    )
    context_excerpts: int = _option(
        6_000, "Tokens of excerpts found for a question; 0 for none.", range=(0, 200_000), costs=True
    )
    context_pins: tuple[str, ...] = _option(
        (), "Files that stand in the base in full: paths, or patterns as in `.gitignore`.", most=MAX_PINS
    )
    context_include: tuple[str, ...] = _option(
        (),
        "Files to show whatever rule would leave them out, but for secrets: paths, or patterns as in `.gitignore`.",
        most=MAX_PINS,
    )
    context_encoding: str = _option(
        "",
        "The encoding of files that are not in UTF-8 and that nothing in the repository says more of, such as `gbk`.",
    )
    cache_ttl: str = _option(
        "auto",
        "Time to live of the cached prefix.",
        choices=("auto", "5m", "1h", "off"),
        project=("auto", "5m", "1h"),
    )
    cache_diagnostics: str = _option(
        "auto",
        "Ask the API why its cache missed; auto does so at Anthropic's own address.",
        choices=("auto", "on", "off"),
    )
    tools_rounds: int = _option(8, "Tool rounds in one answer; 0 for none.", range=(0, 50), costs=True)
    tools_style: str = _option(
        "auto",
        "The text editor tool as Anthropic defines it, or as a plain schema.",
        choices=("auto", "native", "schema"),
    )
    limits_day: float = _option(
        0.0, "US dollars a day; 0 for no limit.", range=(0, 1_000_000), user_only=True
    )
    limits_budgets: tuple[str, ...] = _option(
        (),
        "Budgets in US dollars, such as `20/month`, or `5/day` for some requests by `kind=`, `model=` or `workspace=`.",
        most=MAX_PINS,
        user_only=True,
    )
    limits_team: str = _option(
        "", "File or https URL with the budgets of a team, which hold beside your own.", user_only=True
    )
    limits_confirm: float = _option(
        0.0,
        "US dollars above which a request asks before it is sent; 0 to never ask.",
        range=(0, 1_000_000),
        user_only=True,
    )
    warm_day: float = _option(
        0.5,
        "US dollars a day for keeping the prefix warm by itself; 0 for none.",
        range=(0, 1_000_000),
        user_only=True,
    )
    telemetry: str = _option(
        "off",
        "Tell an OpenTelemetry collector how long answers take and what they cost; OTEL_* variables say where it is.",
        choices=("off", "otlp"),
        user_only=True,
    )
    otel_content: str = _option(
        "off",
        "Tell it questions, excerpts and answers too, where OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true says so as well.",
        choices=("off", "on"),
        user_only=True,
    )
    batch_parallel: int = _option(4, "Requests of a batch under way at once.", range=(1, 64), costs=True)
    lsp_symbols: str = _option(
        "off", "Serve document and workspace symbols to the editor.", choices=("off", "on")
    )


@dataclass(frozen=True, slots=True)
class Options:
    """One layer: where it comes from (for messages), and key to value; `trusted` layers may set every key.

    That of a project comes with whoever's clone it is: it may not choose who is paid, and raise the price within bounds only.
    """

    origin: str
    values: Mapping[str, object]
    trusted: bool = True
    is_project: bool = False


def keys() -> tuple[str, ...]:
    """Every key, in the order of `Settings`."""
    return tuple(_key(f.name) for f in fields(Settings))


def doc_of(key: str) -> str:
    """What the setting with this key means."""
    return str(_fields()[key].metadata["doc"])


def default_of(key: str) -> object:
    """The default of the setting with this key, as an option says it."""
    default = _fields()[key].default
    return list(default) if isinstance(default, tuple) else default


def environment_name(key: str) -> str:
    """The environment variable of a key: `FOREWORD_CONTEXT_BUDGET` of `context.budget`."""
    return "FOREWORD_" + key.replace(".", "_").upper()


def resolve(layers: Sequence[Options]) -> tuple[Settings, tuple[Problem, ...]]:
    """Settings from layers of rising strength, and a problem for each option that can't be used."""
    # What a project may raise is counted from the user's own value: two files of it would else raise it twice.
    settings, own, problems = Settings(), Settings(), list[Problem]()
    for layer in layers:
        for key, value in layer.values.items():
            settings = _apply(settings, layer, key, value, problems, own=own)
            if not layer.is_project:
                own = _apply(own, layer, key, value, [], own=own)
    return settings, tuple(problems)


def sources(layers: Sequence[Options]) -> Mapping[str, str]:
    """Where the value of each key comes from: the origin of the strongest layer that has a usable one; others are missing."""
    settings, own, found = Settings(), Settings(), dict[str, str]()
    for layer in layers:
        for key, value in layer.values.items():
            problems = list[Problem]()
            before, settings = settings, _apply(settings, layer, key, value, problems, own=own)
            if not layer.is_project:
                own = _apply(own, layer, key, value, [], own=own)
            # A value that was cut to what a project may set is its value all the same.
            if not problems or settings != before:
                found[key] = layer.origin
    return found


def value_of(settings: Settings, key: str) -> object:
    """The value of the setting with this key, as an option says it."""
    value = getattr(settings, _fields()[key].name)
    return list(value) if isinstance(value, tuple) else value


def flatten(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Nested TOML tables as dotted keys."""
    flat: dict[str, object] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = value
    return flat


def from_environment(environ: Mapping[str, str], reserved: Iterable[str] = RESERVED) -> Options:
    """The layer that `FOREWORD_*` variables make; a variable of no key keeps its name, to be reported.

    A list is written with commas.
    """
    by_name = {environment_name(key): key for key in keys()}
    lists = {name for name, key in by_name.items() if isinstance(default_of(key), list)}
    values = {
        by_name.get(name, name): _split(value) if name in lists else value
        for name, value in sorted(environ.items())
        if name.startswith("FOREWORD_") and name not in frozenset(reserved)
    }
    return Options("environment", values)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _apply(
    settings: Settings, layer: Options, key: str, value: object, problems: list[Problem], *, own: Settings
) -> Settings:
    known = _fields().get(key)
    if known is None:
        name = "one that looks like a key" if looks_like_key(key) else f'"{key}"'
        problems.append(Problem(f"{layer.origin}: unknown setting {name}{_hint(key)}"))
        return settings
    # Editors fill their configuration from files of a project, too: those may not say where text goes.
    if known.metadata.get(_USER_ONLY) and not layer.trusted:
        problems.append(
            Problem(f'{layer.origin}: "{key}" can\'t be set by a project; use {environment_name(key)}')
        )
        return settings
    parsed = _parse(value, known.default, known.metadata)
    if parsed is None:
        problems.append(Problem(f'{layer.origin}: "{key}" must be {_expected(key)}, not {_told(value)}'))
        return settings
    if _mistaken(key, parsed):
        where = "the key goes into ANTHROPIC_API_KEY, or what model.key_command prints"
        problems.append(Problem(f'{layer.origin}: "{key}" is not used, it looks like a key: {where}'))
        return settings
    if layer.is_project:
        parsed, problem = _bounded(key, parsed, own, layer)
        problems += [problem] if problem else []
    changes: dict[str, Any] = {known.name: parsed}
    return replace(settings, **changes)


def _mistaken(key: str, value: object) -> bool:
    """Whether a key was put where another text belongs: it would be told with every message that names the setting."""
    if key == "model.key_command" or (key == "model.url" and "://" in str(value)):
        return False
    texts = value if isinstance(value, tuple) else (value,)
    return any(isinstance(text, str) and looks_like_key(text) for text in texts)


def looks_like_key(text: str) -> bool:
    """Whether a text is, or has in it, what may be the key of an API, of whatever form."""
    # The rules take long to load, and most settings are a word or a number.
    if PLAIN_WORD.fullmatch(text):
        return False
    from foreword.core.secrets.assigned_values import looks_generated  # noqa: PLC0415 - see above
    from foreword.core.secrets.detection import find_secrets  # noqa: PLC0415 - see above

    if find_secrets(text) or KEY_BEGINNING.search(text):
        return True
    return any(len(word) >= LEAST_KEY and looks_generated(word) for word in text.split())


def _bounded(key: str, value: object, own: Settings, layer: Options) -> tuple[object, Problem | None]:
    """The value that a project may set, and a problem where that is less than it wants."""
    known = _fields()[key]
    before = getattr(own, known.name)
    remedy = f"to have more, set {environment_name(key)} or your own config.toml"
    # The offline provider sends nothing, so a project may choose it.
    if key == "provider" and value not in (before, "offline"):
        return before, Problem(
            f'{layer.origin}: "provider" can\'t be chosen by a project; use {environment_name(key)}'
        )
    if _PROJECT in known.metadata and value not in (before, *known.metadata[_PROJECT]):
        return before, Problem(
            f'{layer.origin}: "{key}" costs money, and is {before} instead of {value}: {remedy}'
        )
    if not known.metadata.get(_COSTS):
        return value, None
    most = PROJECT_FACTOR * (AUTO_BUDGET if before == AUTO else before)
    wanted = AUTO_BUDGET if value == AUTO else value
    if not isinstance(wanted, int) or wanted <= most:
        return value, None
    return most, Problem(
        f'{layer.origin}: "{key}" costs money, and is {most:,} instead of {wanted:,}: {remedy}'
    )


def _parse(value: object, default: object, limits: Mapping[str, Any]) -> object | None:
    if _RANGE in limits and value == default == AUTO:
        return value
    if isinstance(default, str) and _RANGE not in limits:
        accepted = isinstance(value, str) and (_CHOICES not in limits or value in limits[_CHOICES])
        return value if accepted else None
    if isinstance(default, tuple):
        return _texts(value, limits[_MOST])
    number = _number(value, whole=not isinstance(default, float))
    if number is None:
        return None
    low, high = limits[_RANGE]
    # Also refuses `nan`, which compares as false.
    return number if low <= number <= high else None


def _texts(value: object, most: int) -> tuple[str, ...] | None:
    if not isinstance(value, list | tuple) or len(value) > most or not all(map(_is_line, value)):
        return None
    return tuple(value)


def _is_line(value: object) -> bool:
    return (
        isinstance(value, str) and 0 < len(value) <= MAX_TEXT and value.isprintable() and bool(value.strip())
    )


def _is_plain(text: str) -> bool:
    return all(len(word) <= MAX_WORD for word in text.split()) and not looks_like_key(text)


def _told(value: object) -> str:
    """The value as a message shows it: of a long list the beginning and the length, of a long word the length alone.

    A key that stands in the wrong variable is told nowhere: messages are printed, logged and kept with answers.
    """
    if isinstance(value, list | tuple):
        is_plain = all(not isinstance(one, str) or _is_plain(one) for one in value)
        import reprlib  # noqa: PLC0415 - rarely needed

        return f"{reprlib.repr(value)} ({len(value):,})" if is_plain else f"a list of {len(value):,}"
    if isinstance(value, str) and not _is_plain(value):
        return f"a text of {len(value):,} characters"
    return repr(value)


def _number(value: object, *, whole: bool) -> float | int | None:
    # In Python a `bool` is an `int`: `true` is no number of tokens.
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return int(str(value).replace("_", "")) if whole else float(value)
    except (ValueError, OverflowError):
        return None


def _expected(key: str) -> str:
    known = _fields()[key]
    if _CHOICES in known.metadata:
        return "one of " + ", ".join(known.metadata[_CHOICES])
    if _RANGE in known.metadata:
        low, high = known.metadata[_RANGE]
        kind = "a number" if isinstance(known.default, float) else "a whole number"
        return f"{kind} from {low:,} to {high:,}" + (f", or {AUTO}" if known.default == AUTO else "")
    if _MOST in known.metadata:
        return f"a list of at most {known.metadata[_MOST]} texts"
    return "a text"


def _hint(key: str) -> str:
    candidates = {name: name for name in keys()} | {
        environment_name(name): environment_name(name) for name in keys()
    }
    import difflib  # noqa: PLC0415 - only what is wrong needs it

    nearest = difflib.get_close_matches(key, candidates, n=1, cutoff=0.5)
    return f'; did you mean "{nearest[0]}"?' if nearest else "; see `foreword doctor` for the known ones"


def _fields() -> Mapping[str, Any]:
    return {_key(f.name): f for f in fields(Settings)}


def _key(name: str) -> str:
    # Only the section is cut off: `model_key_command` is `model.key_command`.
    return name.replace("_", ".", 1)
