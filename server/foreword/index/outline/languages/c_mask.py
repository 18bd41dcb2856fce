"""The mask of C and C++: what only the preprocessor, another compiler or a newer grammar can read.

By convention a macro is in capitals. Where one stands for an attribute, a calling convention, a namespace or a
member, nothing is defined by it, and the grammar takes it for a type or a name. What defines something, as
`TEST(...) {`, stays. Texts have macros everywhere, so one search finds their names, and what stands around each
on its line tells what it is.
"""

from __future__ import annotations

import re

from foreword.index.outline.languages.mask import (
    Mask,
    blank_matches,
    blank_spans,
    blanks,
    letters,
    without_split_conditionals,
)

_NAME = rb"[A-Z_][A-Z0-9_]{2,60}+(?![\w])"
# Nothing is tried again in another way, and each repetition is bounded: else the time could grow with a power of the
# length of a line.
_ARGUMENTS = rb"(?:\((?>(?:[^()\n]{1,40}+|\((?>(?:[^()\n]{1,40}+|\([^()\n]{0,200}+\)){0,20})\)){0,40})\))"
_CALL = _NAME + rb"(?:[ \t]*" + _ARGUMENTS + rb")?"
_MACRO = re.compile(_NAME)
_CLASSES = bytes(
    ord("A")
    if chr(byte).isascii() and (chr(byte).isupper() or chr(byte).isdigit() or byte == ord("_"))
    else byte
    for byte in range(256)
)
"""Puts one letter for all that a macro's name is made of: three of them are found far sooner than a set of bytes."""
_SUSPECT = re.compile(
    rb"AAA(?<![^\s*&)\]]AAA)(?<![=,(<|;+:>/.?\"'%{@-] AAA)"
    rb"(?:(?:(?<=[*&]AAA)|(?<=[*&] AAA))A{0,58}+(?=[\s(,)]|\Z)|A{0,58}+(?=[\s(;{/=[]|\Z))"
)
"""A name in capitals, in such a text, that may be a macro which defines nothing, by what is next to it."""
_RUN = re.compile(_CALL + rb"(?:[ \t]+" + _CALL + rb"){0,4}")
_FIRST_OF_RUN = re.compile(_CALL)
_LINES = re.compile(_CALL + rb"(?:[ \t\r\n]+" + _CALL + rb"){0,3}[ \t\r\n]+")

_DEFINES = re.compile(
    rb"(?:[A-Z]+_)?(?:TEST|SECTION|SCENARIO|BENCHMARK_F|DEFINE|DECLARE|FIXTURE)|IN_PROC_BROWSER|BOOST_AUTO|MODULE_"
)
"""How macros begin that define something, or do nothing that is in the way."""
_ENDS_LINE = re.compile(
    rb"[ \t]*;?[ \t]*(?://[^\n]*)?\r?(?:\Z|\n(?![ \t]*(?:[{=(:?,+|&.<>*-]|/(?![/*])|\[(?!\[))))"
)
"""After macros alone on a line, with no block or rest of an expression below."""
_DECLARES = re.compile(
    rb"[ \t]+(?:\[\[|(?:const|static|inline|extern|virtual|explicit|constexpr|consteval|template|class|struct|enum"
    rb"|unsigned|signed|friend|typedef|using|operator)\b|(?:::)?[A-Za-z_][\w:]*+(?:<[^<>;{}()\n]{0,120}>)?[ \t]*"
    rb"[ \t*&][ \t*&]*+(?:const[ \t]+)?(?:[A-Z_0-9]+[ \t]+)?[A-Za-z_~(][\w:~]*)"
)
"""The words of a declaration, with which it goes on."""
_LEADS = re.compile(rb"(?:\[\[\w[^\]\n]*\]\][ \t]*)?(?:(?:extern|static|inline|virtual)[ \t]*\b){0,2}")
_TYPE_WORD = re.compile(rb"\b(?:class|struct|union|enum(?:[ \t]+(?:class|struct))?)\Z")
_TYPE_NAME = re.compile(rb"\w[\w:]{0,200}+(?:<[^;{}()\n]{0,200}>)?\s*+(?:final\b\s*+)?(?:\{|:(?!:))")
_PARAMETER_WORDS = (b"const", b"noexcept", b"override", b"final")
_LEAD_WORDS = (b"[[", b"extern", b"static", b"inline", b"virtual")
_TYPE_WORDS_BEFORE = (b"class", b"struct", b"union", b"enum")
_NO_CODE = (b"#", b"//", b"*", b"/*")
"""How a line begins that is a directive or mostly a comment."""
_ENDS_DECLARATOR = re.compile(
    rb"\s*(?:[;{]|=[ \t]*(?:0|default|delete)\b|(?:override|final|const|noexcept)\b|[A-Z_]{3}|\[\[)"
)
_ENDS_MEMBER = re.compile(rb"[ \t]*[;={]")
_MEMBER = re.compile(rb"[\w:<>,*& \t]{1,200}[ \t*&>]_?[a-z]\w{0,80}")
_NAMESPACE = re.compile(rb"(?:inline[ \t]+)?namespace\b[ \t]*[\w:]*")
_TYPE_WORDS = re.compile(rb"(?:[\w:]++[ \t*&]*+){1,4}")
_FUNCTION_NAME = re.compile(rb"[ \t]+[A-Za-z_~][\w:~]*[ \t]*\(")

_KERNEL = re.compile(
    rb"__(?<!\w__)(?:(?:init(?:data|const)?|exit(?:data)?|user|iomem|percpu|rcu|force|always_inline|must_check|maybe_unused"
    rb"|unused|cold|hot|pure|weak|read_mostly|ro_after_init|sched|kernel|used|deprecated|noreturn|packed|net_init|net_exit"
    rb"|ref|refdata|devinit|meminit|cpuinit|visible|malloc|private|bitwise|nocast|global__|device__|host__|forceinline__"
    rb"|constant__|shared__|managed__|noinline__)\b(?![ \t]*[(=;])"
    rb"|(?:aligned|printf|scanf|section|launch_bounds__|acquires|releases|must_hold|counted_by|free|nonstring)[ \t]*"
    + _ARGUMENTS
    + rb")"
)
_KERNEL_WORD = re.compile(
    rb"\b(?:asmlinkage|noinline(?:_for_stack)?|notrace|fastcall|nokprobe_inline)\b(?![ \t]*[(=;])"
)
_NULLABLE = re.compile(rb"\*[ \t]*((?:absl_null\w+|absl_nonnull|_Nonnull|_Nullable|_Null_unspecified)\b)")
_ATOMIC = re.compile(rb"_Atomic(\()(?=[\w \t*]+(\)))")

# A line end is found far sooner than the beginning of a line: `_masked` puts one before the first line.
_SLOTS = re.compile(rb"\n[ \t]*+(?:public|private|protected)[ \t]+((?:Q_SLOTS|slots)[ \t]*):")
_SIGNALS = re.compile(rb"(\n[ \t]*+)(Q_SIGNALS|signals)(?=[ \t]*:)")
_EXPORT = re.compile(
    rb"\n[ \t]*+(?:(export)[ \t]+(?!\{|module\b|import\b)|((?:export[ \t]+)?(?:module|import)\b[^\n;(=]*;))"
)
_NEW_IN_C = re.compile(rb"\nauto(?=[ \t]+\w+[ \t]*=)|_BitInt[ \t]*\([ \t]*\w+[ \t]*\)|\n#embed\b[^\n]*")
_REFLECTED = re.compile(rb"\[\[=[^\]\n]*\]\]")
_CONTRACT = re.compile(rb"\)((?:\s*\b(?:pre|post)[ \t]*" + _ARGUMENTS + rb")+)(?=\s*[;{])")
_THIS = re.compile(rb"\((this[ \t]+)(?=[\w:])")
_TEST_CASE = re.compile(
    rb"\n[ \t]*+(?:(?:[A-Z]+_)?TEST_CASE(?:_METHOD)?|SCENARIO|TEMPLATE_TEST_CASE)[ \t]*\([^\n]{0,300}\)[ \t]*(?=\r?\n?[ \t]*\{)"
)
_SYSTEM_CALL = re.compile(
    rb"\n(?P<before>(?:COMPAT_)?SYSCALL_DEFINE\d\()(?P<name>\w+)(?P<after>[^()]{0,1000}\))(?=\s*\{)"
)
_TEST_FUNCTION = re.compile(
    rb"\n(?P<before>(?:[A-Z]+_)?(?:I?TEST(?:_[A-Z]+)?)\((?:[^()\n]{0,200}[ ,])?)(?P<name>[A-Za-z_]\w*)(?P<after>\))(?=\s*\{)"
)
_STRING = re.compile(rb'"(?:[^"\\\n]|\\.)*"')


def mask_c(data: bytes) -> bytes:
    """The mask of C."""
    return _masked(data, _without_c)


def mask_cpp(data: bytes) -> bytes:
    """The mask of C++."""
    return _masked(data, _without_cpp)


def _masked(data: bytes, mask: Mask) -> bytes:
    return _without_macros(mask(b"\n" + data))[1:]


def _without_c(data: bytes) -> bytes:
    # Here and below: to look for some bytes takes far less time than a pattern that finds nothing.
    if b"TEST" in data:
        data = _TEST_FUNCTION.sub(_as_function, data)
    if b"\nauto " in data or b"_BitInt" in data or b"\n#embed" in data:
        data = _NEW_IN_C.sub(lambda match: b"\n"[: match[0][:1] == b"\n"] + _as_int(match[0].lstrip()), data)
    return blank_matches(data, _ATOMIC) if b"_Atomic(" in data else data


def _as_int(raw: bytes) -> bytes:
    return blanks(raw) if raw.startswith(b"#") else b"int".ljust(len(raw))


def _without_cpp(data: bytes) -> bytes:
    if b"export " in data or b"import " in data or b"\nmodule" in data:
        data = blank_matches(data, _EXPORT)
    if b"(this " in data:
        data = blank_matches(data, _THIS)
    if b"[[=" in data:
        data = blank_matches(data, _REFLECTED)
    if b" pre(" in data or b" post(" in data:
        data = blank_matches(data, _CONTRACT)
    if b"slots" in data or b"Q_SLOTS" in data:
        data = blank_matches(data, _SLOTS)
    if b"signals" in data or b"Q_SIGNALS" in data:
        # Both names are longer than `public`, so each byte behind them keeps its place.
        data = _SIGNALS.sub(lambda match: match[1] + b"public".ljust(len(match[2])), data)
    if b"TEST_CASE" in data or b"SCENARIO" in data:
        data = _TEST_CASE.sub(lambda match: _STRING.sub(lambda one: letters(one[0]), match[0]), data)
    return blank_matches(data, _NULLABLE) if b"ull" in data or b"absl_" in data else data


def _as_function(match: re.Match[bytes]) -> bytes:
    """A macro that defines a function as a plain declaration of its name, which begins at the same byte or one before."""
    before, name, after = match["before"], match["name"], match["after"]
    if len(after) == 1:
        return b"\nint".ljust(len(before)) + name + b"()"
    return b"\nint".ljust(len(before) + 1) + name + b"(" + blanks(after)[1:-1] + b")"


def _without_macros(data: bytes) -> bytes:
    """`data` without attributes of the kernel's kind, split conditionals, and macros that define nothing."""
    if b"SYSCALL_DEFINE" in data:
        data = _SYSTEM_CALL.sub(_as_function, data)
    if b"__" in data:
        data = blank_matches(data, _KERNEL)
    if b"noinline" in data or b"asmlinkage" in data or b"notrace" in data:
        data = blank_matches(data, _KERNEL_WORD)
    data = without_split_conditionals(data)
    changed, done = bytearray(data), 0
    for match in _SUSPECT.finditer(data.translate(_CLASSES)):
        start = match.start()
        if start < done:
            continue
        before = data[data.rfind(b"\n", 0, start) + 1 : start].strip()
        if before.startswith(_NO_CODE):
            done = (data.find(b"\n", start) + 1) or len(data)
        elif end := _end_of_macros(data, start, before):
            blank_spans(changed, ((start, end),))
            done = end
    return bytes(changed)


def _end_of_macros(data: bytes, start: int, before: bytes) -> int:
    """Where the macros end that begin at `start` and define nothing; 0 if they may define something.

    Most are constants in expressions; they are told quickly by what stands `before` them on their line.
    """
    last = before[-1:]
    if not before or last == b"]" or (before.startswith(_LEAD_WORDS) and _LEADS.fullmatch(before)):
        return _end_at_line_start(data, start, is_first=not before)
    if last == b")" or before.endswith(_PARAMETER_WORDS):
        run = _RUN.match(data, start)
        return run.end() if run and _ENDS_DECLARATOR.match(data, run.end()) else 0
    if last in b"*&":
        end = _name_end(data, start)
        return end if _names_a_type(before.rstrip(b"*& >")) and data[end : end + 1] in b" \t\n,)" else 0
    return _end_after_word(data, start, before) if _is_word(last) else 0


def _names_a_type(before: bytes) -> bool:
    """Whether what stands before a star may be a type: a number is none."""
    word = before[before.rfind(b" ") + 1 :].lstrip(b"(")
    return _is_word(word[-1:]) and not word[:1].isdigit()


def _is_word(last: bytes) -> bool:
    return last.isalnum() or last == b"_"


def _end_at_line_start(data: bytes, start: int, *, is_first: bool) -> int:
    """The same for macros with which a line begins, but for attributes and the like."""
    run = _RUN.match(data, start)
    if run is None or _DEFINES.match(data, start):
        return 0
    if is_first and _ENDS_LINE.match(data, run.end()):
        return run.end()
    if _DECLARES.match(data, run.end()):
        return run.end()
    one = _FIRST_OF_RUN.match(data, start)
    return one.end() if one and one.end() < run.end() and _DECLARES.match(data, one.end()) else 0


def _end_after_word(data: bytes, start: int, before: bytes) -> int:
    """The same for macros after a word: of a type, a namespace, a member, or between a type and a function's name."""
    if before.endswith(_TYPE_WORDS_BEFORE) and _TYPE_WORD.search(before):
        run = _LINES.match(data, start)
        return run.end() if run and _TYPE_NAME.match(data, run.end()) else 0
    run = _RUN.match(data, start)
    if run is None:
        return 0
    if (
        data[run.end() - 1 : run.end()] == b")"
        and _ENDS_MEMBER.match(data, run.end())
        and _MEMBER.fullmatch(before)
    ):
        return run.end()
    if _NAMESPACE.fullmatch(before):
        return (
            run.end()
            if data[run.end() : run.end() + 9].lstrip()[:1] == b"{" and before != b"namespace"
            else 0
        )
    end = _name_end(data, start)
    return (
        end
        if _FUNCTION_NAME.match(data, end) and _TYPE_WORDS.fullmatch(before) and before != b"return"
        else 0
    )


def _name_end(data: bytes, start: int) -> int:
    match = _MACRO.match(data, start)
    return match.end() if match else start
