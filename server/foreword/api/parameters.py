"""How the parameters of a command are described and read, from flags or from the one argument object of a client.

A command's parameters are a frozen dataclass. Each field says by its type what it may hold, and by a `Flag` beside the
type what it means:

    limit: Annotated[int, Flag("at most so many", "N")] = 10

    bool              a flag without a value            true or false
    str               a text                            a text
    int               a positive whole number           the same
    float             an amount of US dollars           a number
    Literal["a", "b"] one of these                      the same
    tuple[str, ...]   may be given several times        a list of texts, or a single one
    ... | None        may be left out

On the left how the command line takes it (`cli/parser.py`), on the right how JSON does: a client's argument object, with
the field's name in camel case.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from foreword.core.documents.text import well_formed
from foreword.core.errors import UsageError
from foreword.core.settings import EFFORTS, PROVIDERS

T = TypeVar("T")

Source = Literal["value", "words", "file", "lines", "output"]
"""Where the command line gets a text from.

value   the argument itself
words   the argument; `-` stands for standard input
file    a file by its name; `-` stands for standard input
lines   standard input, line by line as it comes; no argument
output  no text: a file by its name, into which that part of the result is written
"""


@dataclass(frozen=True, slots=True)
class Flag:
    """What a parameter means, and how the command line takes it.

    `choices` are for those that a `Literal` can't name. `setting` is the setting that it overrides, with the given value
    or with `sets`. `is_positional`: by its place instead of by its name; `is_greedy`: several values after one name.
    `least` is the smallest whole number; None for any.
    """

    help: str
    metavar: str = ""
    short: str = ""
    source: Source = "value"
    choices: tuple[str, ...] = ()
    setting: str = ""
    sets: object = None
    least: int | None = 1
    is_positional: bool = False
    is_greedy: bool = False


def positional(help_: str, source: Source = "value", metavar: str = "") -> Flag:
    """A parameter by its place."""
    return Flag(help_, metavar, source=source, is_positional=True)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One field of a class of parameters; `kind` is its type, without None."""

    name: str
    kind: Any
    flag: Flag
    default: Any
    is_required: bool

    @property
    def key(self) -> str:
        """Its key in JSON."""
        return camel_case(self.name)

    @property
    def choices(self) -> tuple[str, ...]:
        """The texts that it may be; empty for any."""
        return self.flag.choices or (get_args(self.kind) if get_origin(self.kind) is Literal else ())

    @property
    def is_many(self) -> bool:
        """Whether it holds several texts."""
        return get_origin(self.kind) is tuple


def parameters_of(kind: type) -> tuple[Parameter, ...]:
    """The parameters that a class describes, in order."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        _parameter(field.name, hints[field.name], field.default)
        for field in fields(kind)
        if get_origin(hints[field.name]) is Annotated
    )


def read(
    kind: type[T], arguments: Arguments, *, optional: Collection[str] = (), skip: Collection[str] = ()
) -> T:
    """The parameters out of a client's argument object.

    Texts that are `optional` are empty where they are missing; what is in `skip` means something else to the caller.

    Raises:
        UsageError: one of them is not usable, or is missing.
    """
    parameters = [parameter for parameter in parameters_of(kind) if parameter.name not in skip]
    return kind(**(dict.fromkeys(optional, "") | dict(_read(parameters, arguments, optional))))


async def json_lines(questions: Iterable[object]) -> AsyncIterator[str]:
    """Questions that are there already, as the lines of a batch: texts, or objects as on a line."""
    for one in questions:
        yield json.dumps({"question": one} if isinstance(one, str) else one)


def settings_of(given: object) -> Mapping[str, object]:
    """The settings that parameters override."""
    overridden = {}
    for parameter in parameters_of(type(given)):
        value, flag = getattr(given, parameter.name), parameter.flag
        # A flag that was not given overrides nothing.
        if flag.setting and value not in (None, False):
            overridden[flag.setting] = value if flag.sets is None else flag.sets
    return overridden


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """No parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """The parameters of commands that prepare a request: who would answer it, and over which base."""

    model: Annotated[str | None, Flag("the model to ask", "ID", setting="model")] = None
    provider: Annotated[str | None, Flag("who answers", choices=PROVIDERS, setting="provider")] = None
    effort: Annotated[
        str | None,
        Flag("how much the model puts into it (model.effort)", choices=EFFORTS, setting="model.effort"),
    ] = None
    no_cache: Annotated[bool, Flag("send no cache marks")] = False
    budget: Annotated[
        int | None, Flag("tokens of the base (context.budget)", "TOKENS", setting="context.budget")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingParameters(ModelChoice):
    """The parameters of commands that may spend money."""

    yes: Annotated[bool, Flag("go on where limits.confirm would ask")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingParameters(SendingParameters):
    """The parameters of commands that put something to the model."""

    path: Annotated[
        tuple[str, ...],
        Flag(
            "a file or lines that it is about (may be given several times)", "FILE[:LINE[-LINE]]", short="-p"
        ),
    ] = ()
    dry_run: Annotated[bool, Flag("send nothing; print the exact request as JSON")] = False


def _read(
    parameters: Iterable[Parameter], arguments: Arguments, optional: Collection[str]
) -> Iterator[tuple[str, Any]]:
    for parameter in parameters:
        value = _value(parameter, arguments)
        if value is not None:
            yield parameter.name, value
        elif parameter.is_required and parameter.name not in optional:
            raise UsageError(
                f'"{parameter.key}" must be {"a list" if parameter.flag.source == "lines" else "a text"}, and is missing'
            )


def _value(parameter: Parameter, arguments: Arguments) -> Any:  # noqa: ANN401 - as the field is typed
    """What the client gives, of the right kind; None if it gives nothing."""
    key = parameter.key
    if not arguments.has(key):
        # Known though it is missing: what is misspelt is compared with it.
        arguments.know(key)
        return None
    if parameter.flag.source == "lines":
        return json_lines(arguments.items(key))
    if parameter.is_many:
        return tuple(arguments.texts(key))
    return _single(parameter, arguments)


def _single(parameter: Parameter, arguments: Arguments) -> bool | float | str | None:
    key, kind = parameter.key, parameter.kind
    if kind is bool:
        return arguments.flag(key)
    if kind is int:
        return arguments.number(key, least=parameter.flag.least)
    if kind is float:
        return arguments.amount(key)
    text = arguments.text(key)
    if parameter.choices and text not in parameter.choices:
        *most, last = parameter.choices
        listed = f"one of {', '.join(parameter.choices)}" if len(most) > 1 else " or ".join((*most, last))
        raise UsageError(f'"{key}" must be {listed}')
    return text


def _parameter(name: str, hint: Any, default: Any) -> Parameter:  # noqa: ANN401 - types have no type
    kind, flag = hint.__origin__, next(one for one in hint.__metadata__ if isinstance(one, Flag))
    if get_origin(kind) in (Union, UnionType):
        # Exactly one beside None: anything else is a mistake in a command's class, and fails here.
        (kind,) = (one for one in get_args(kind) if one is not NoneType)
    return Parameter(name, kind, flag, None if default is MISSING else default, default is MISSING)


def camel_case(name: str) -> str:
    """`base_only` as `baseOnly`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class Arguments:
    """Reads keys one by one; `finish` refuses those that nobody asked for.

    Raises from every method:
        UsageError: a value is of the wrong kind.
    """

    def __init__(self, given: Sequence[Any] | None) -> None:
        first = given[0] if given else {}
        if not isinstance(first, dict) or len(given or ()) > 1:
            raise UsageError('give one object as the argument, such as {"question": "..."}')
        # A key with null is one that is not given.
        self._given: Mapping[str, Any] = {key: value for key, value in first.items() if value is not None}
        # Every command may be told its folder.
        self._asked: set[str] = {"workspace"}

    @property
    def workspace(self) -> str | None:
        """The URI of the folder, or of something in it."""
        return self.text("workspace") or None

    def text(self, key: str, *, needed: bool = False) -> str:
        """A text; without `needed` it may be missing, and is empty then."""
        value = self._value(key, "")
        if not isinstance(value, str) or (needed and not value):
            raise UsageError(f'"{key}" must be a text')
        # JSON can hold half a surrogate pair, which no file and no request can.
        return well_formed(value)

    def texts(self, key: str) -> list[str]:
        """A list of texts, or a single one."""
        value = self._value(key, [])
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
            raise UsageError(f'"{key}" must be a list of texts')
        return [well_formed(item) for item in listed]

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self._value(key, default)
        if not isinstance(value, bool):
            raise UsageError(f'"{key}" must be true or false')
        return value

    def number(self, key: str, *, least: int | None = 1) -> int | None:
        """A whole number that is not too small, None if it is missing."""
        value = self._value(key, None)
        if value is None:
            return None
        # In Python a `bool` is an `int`: `true` is no number.
        if isinstance(value, bool) or not isinstance(value, int) or (least is not None and value < least):
            raise UsageError(f'"{key}" must be a {"positive " if least == 1 else ""}whole number')
        return value

    def amount(self, key: str) -> float | None:
        """An amount of money, None if it is missing."""
        value = self._value(key, None)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise UsageError(f'"{key}" must be an amount of dollars')
        return float(value)

    def token(self, key: str) -> int | str | None:
        """A progress token, None if it is missing."""
        value = self._value(key, None)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | str)):
            raise UsageError(f'"{key}" must be a text or a whole number')
        return value

    def numbers_by_path(self, key: str) -> dict[str, list[int]]:
        """Whole numbers from 0 for each of some paths, such as {"shop/till.py": [0, 2]}."""
        value = self._value(key, {})
        if not isinstance(value, dict) or not all(map(_are_numbers, value.values())):
            raise UsageError(f'"{key}" must give numbers by path, such as {{"shop/till.py": [0, 2]}}')
        return value

    def chosen(self, keys: Iterable[str]) -> dict[str, Any]:
        """Those of the keys that are there, with whatever they hold; who asks checks it."""
        return {key: value for key in keys if (value := self._value(key, None)) is not None}

    def items(self, key: str) -> list[Any]:
        """A list of whatever, or a single one."""
        value = self._value(key, [])
        return value if isinstance(value, list) else [value]

    def has(self, key: str) -> bool:
        """Whether a key is there, without asking for it."""
        return key in self._given

    def know(self, *keys: str) -> None:
        """Accept these keys without reading them."""
        self._asked.update(keys)

    def peek(self, key: str) -> Any:  # noqa: ANN401 - any JSON
        """What a key holds, without asking for it: a command that does not know it still refuses it."""
        # Not noted as asked for, unlike in `_value`.
        return self._given.get(key)

    def finish(self) -> None:
        """Refuse the keys that were neither read nor known.

        Raises:
            UsageError: there is a key that the command does not know.
        """
        unknown = next((key for key in self._given if key not in self._asked), None)
        if unknown is not None:
            import difflib  # noqa: PLC0415 - rarely needed

            nearest = difflib.get_close_matches(unknown, self._asked, n=1, cutoff=0.5)
            hint = (
                f'did you mean "{nearest[0]}"?' if nearest else f"known are {', '.join(sorted(self._asked))}"
            )
            raise UsageError(f'unknown key "{unknown}"; {hint}')

    def _value(self, key: str, default: object) -> Any:  # noqa: ANN401 - any JSON
        self._asked.add(key)
        return self._given.get(key, default)


def _are_numbers(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(n, int) and not isinstance(n, bool) for n in value)
