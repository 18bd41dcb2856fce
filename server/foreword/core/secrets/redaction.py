"""What the model sees of a text: its secrets are named in place, and edits around them find their way back.

    API_KEY = "<redacted: GitHub personal access token>"

The lines stay the same, and the same text is always redacted in the same way, so that it can stand in a shared prefix.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from foreword.core.documents.notebook import is_notebook, output_spans
from foreword.core.documents.text import printable
from foreword.core.secrets.allowed_values import ALLOWED

if TYPE_CHECKING:
    from foreword.core.secrets.detection import Secret

OUTPUT = "output"
MORE_OUTPUT = "\u22ee"
"""What stands on each line of a notebook's outputs that is hidden, but the first."""
PLACEHOLDER = re.compile(rf"<redacted: [\w/ -]{{1,60}}>|^{MORE_OUTPUT}$", re.MULTILINE)
_MORE_OUTPUTS = re.compile(rf"^([ +-]?{MORE_OUTPUT}\n)\1+", re.MULTILINE)
PICTURE = "embedded data"
EMBEDDED = re.compile(
    r'(?:"(?:image|audio|video|application)/[\w.+-]{1,60}":\s{0,40}"|data:[\w.+-]{1,40}/[\w.+-]{1,60};base64,)'
    r"(?P<data>(?:[A-Za-z0-9+/=]|\\n){200,})"
)
"""Base64 in the outputs of a notebook, and in the `data:` URLs of Markdown, HTML and CSS: thousands of tokens that say nothing."""
CACHED_TEXTS = 4_000
"""Some hundred bytes each: the files that the questions of a day find are far fewer."""
UNKNOWN_VALUE = "a redacted value can only stay where it is: it is written where none like it was"


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text as it is shown, and what each placeholder stands for, line (from 0) by line, in the order of the line.

    A text may itself have what looks like a placeholder: it stands for itself.
    """

    text: str
    values: dict[int, tuple[str, ...]]


def shown(content: str) -> str:
    """What of a file's content may stand in a prompt: it is `printable`, and without its secrets."""
    return redact(printable(content))


def redact(text: str) -> str:
    """The text with a placeholder for each secret and each picture."""
    return _without(text, find_hidden(text))


def without_outputs(text: str) -> str:
    """The text, if it is a notebook, without what is hidden of its outputs; secrets stay. For whoever reads files of their own."""
    hidden = list(_outputs(text)) if is_notebook(text) else []
    if has_pictures(text):
        hidden = _with_others(hidden, _pictures(text))
    return _without(text, hidden)


def _without(text: str, secrets: Sequence[Secret]) -> str:
    if not secrets:
        return text
    pieces, at = list[str](), 0
    for one in secrets:
        pieces += (text[at : one.start], placeholder(one.kind))
        at = one.end
    return "".join([*pieces, text[at:]])


def collapsed(shown_text: str) -> str:
    """A text as it is shown, or a diff of such, where one line stands for all hidden lines of an output: a plot may have 100,000."""
    return _MORE_OUTPUTS.sub(r"\1", shown_text) if MORE_OUTPUT in shown_text else shown_text


class RedactionCache:
    """Remembers where the secrets of the texts are that were shown last, by digest: the same files are read for each question.

    A matter of time only: what is shown is what `shown` gives.
    """

    def __init__(self, size: int = CACHED_TEXTS) -> None:
        self._size = size
        self._secrets: dict[tuple[bytes, frozenset[str]], Sequence[Secret]] = {}

    def shown(self, content: str) -> str:
        """What of a file's content may stand in a prompt."""
        text = printable(content)
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        # What the user allows is no secret, and may change at any time.
        key = digest, ALLOWED.digests
        # Taken out and put back, so that the dictionary's order is that of use.
        secrets = self._secrets.pop(key, None)
        if secrets is None:
            secrets = tuple(find_hidden(text))
        self._secrets[key] = secrets
        while len(self._secrets) > self._size:
            # Another thread may have taken the same one out.
            self._secrets.pop(next(iter(self._secrets)), None)
        return _without(text, secrets)


def find_hidden(text: str) -> list[Secret]:
    """The secrets of a text, what it embeds of pictures and other binary data, and a notebook's outputs, in its order."""
    from foreword.core.secrets.detection import find_secrets  # noqa: PLC0415 - its rules take long to load

    hidden = list(_outputs(text)) if is_notebook(text) else []
    if has_pictures(text):
        hidden = _with_others(hidden, _pictures(text))
    # Base 64 of a picture can look like a token: one placeholder stands for all of it.
    return _with_others(hidden, find_secrets(text))


def _with_others(some: list[Secret], others: Iterable[Secret]) -> list[Secret]:
    """Both in the order of the text, but for others that overlap one of `some`, which do not overlap and are in order."""
    if not some:
        return list(others)
    ends = [one.end for one in some]

    def is_apart(one: Secret) -> bool:
        place = bisect_right(ends, one.start)
        return place == len(some) or some[place].start >= one.end

    return sorted([*some, *filter(is_apart, others)], key=lambda one: one.start)


def _pictures(text: str) -> Iterator[Secret]:
    from foreword.core.secrets.detection import Secret  # noqa: PLC0415 - its rules take long to load

    return (Secret(PICTURE, *match.span("data")) for match in EMBEDDED.finditer(text))


def _outputs(text: str) -> Iterator[Secret]:
    """What is hidden of a notebook's outputs, line by line."""
    from foreword.core.secrets.detection import Secret  # noqa: PLC0415 - its rules take long to load

    for start, end in output_spans(text):
        first_end = text.find("\n", start, end)
        yield Secret(OUTPUT, start, first_end if first_end >= 0 else end)
        at = first_end + 1
        while first_end >= 0 and at < end:
            line_end = text.find("\n", at)
            line_end = len(text) if line_end < 0 else line_end
            # What is behind it on its last line stays, unless it says nothing: then the line is one mark.
            is_whole = line_end <= end or not text[end:line_end].strip(" \t,")
            yield Secret(MORE_OUTPUT if is_whole else OUTPUT, at, line_end if is_whole else end)
            at = line_end + 1


def has_pictures(text: str) -> bool:
    """Whether it is worth looking for pictures: most texts have none of these words."""
    return ";base64," in text or '"image/' in text or '"application/' in text or '"audio/' in text


def placeholder(kind: str) -> str:
    """What stands in the place of a secret."""
    return MORE_OUTPUT if kind == MORE_OUTPUT else f"<redacted: {kind}>"


def redaction_of(content: str) -> Redaction:
    """A file's content as it is shown, with the values that are not."""
    text = printable(content)
    if not (secrets := _with_own(text, find_hidden(text))):
        return Redaction(text, {})
    values: dict[int, tuple[str, ...]] = {}
    line, at = 0, 0
    for one in secrets:
        line += text.count("\n", at, one.start)
        at = one.start
        values[line] = (*values.get(line, ()), text[one.start : one.end])
    return Redaction(redact(text), values)


def _with_own(text: str, secrets: Sequence[Secret]) -> list[Secret]:
    """The secrets and what looks like a placeholder, in the order of the text."""
    from foreword.core.secrets.detection import Secret  # noqa: PLC0415 - as above

    own = (Secret("", *match.span()) for match in PLACEHOLDER.finditer(text))
    apart = [one for one in own if not any(s.start < one.end and one.start < s.end for s in secrets)]
    return sorted([*secrets, *apart], key=lambda one: one.start)


def can_be_restored(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether lines with placeholders became lines with none of them, or with the same in the same order."""
    wanted = _placeholders(after)
    return not wanted or wanted == _placeholders(before)


def restored(before: Sequence[str], after: Sequence[str], values: Sequence[str]) -> tuple[str, ...] | None:
    """The lines `after` with the values of the placeholders in `before`; None if it can't be said which is which."""
    if not can_be_restored(before, after):
        return None
    if not _placeholders(after):
        return tuple(after)
    left = iter(values)
    return tuple(PLACEHOLDER.sub(lambda match: next(left, match[0]), line) for line in after)


def _placeholders(lines: Sequence[str]) -> list[str]:
    return [found for line in lines for found in PLACEHOLDER.findall(line)]
