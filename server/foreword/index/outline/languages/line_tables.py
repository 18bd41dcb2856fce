"""The languages that are outlined line by line, a table each, see `line_outline.py`.

A pattern matches a line from its first character that is no blank. `{name}` stands for a plain name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from foreword.index.outline.languages.line_outline import LineTable, Scanner, line_rule, scanner

_SLASHES = re.compile(rb'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_SLASHES_AND_QUOTES = re.compile(
    rb"'''.*?(?:'''|\Z)|\"\"\".*?(?:\"\"\"|\Z)|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|//[^\n]*|/\*.*?(?:\*/|\Z)",
    re.DOTALL,
)
_COMMENTS = re.compile(rb"//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_HASHES = re.compile(rb"(?<!\S)#[^\n]*")
_PERCENTS = re.compile(rb'\$(?:\\.|[^\n])|"(?:[^"\\]|\\.)*"|%[^\n]*', re.DOTALL)
_SEMICOLONS = re.compile(rb"\\.|(?<=[\s(])\?[\";]|\"(?:[^\"\\]|\\.)*\"|;[^\n]*", re.DOTALL)
"""Characters come first: one may be a quote or a semicolon, as in `\\;`, `#\\;` and `?;`."""
_POWERSHELL = re.compile(rb"<#.*?(?:#>|\Z)|(?<!\S)#[^\n]*|@'\n.*?(?:\n'@|\Z)|@\"\n.*?(?:\n\"@|\Z)", re.DOTALL)
_FSHARP = re.compile(
    rb"\"\"\".*?(?:\"\"\"|\Z)|@\"[^\"]*\"|'(?:[^'\\\n]|\\.)'|\"(?:[^\"\\]|\\.)*\"|\(\*(?!\)).*?(?:\*\)|\Z)|//[^\n]*",
    re.DOTALL,
)
_GRAPHQL = re.compile(rb"\"\"\".*?(?:\"\"\"|\Z)|\"(?:[^\"\\\n]|\\.)*\"|#[^\n]*", re.DOTALL)
_CMAKE = re.compile(rb"#\[\[.*?(?:\]\]|\Z)|#[^\n]*", re.DOTALL)
_DASHES = re.compile(rb"--[^\n]*")
_BANGS = re.compile(rb"![^\n]*")
_VIM = re.compile(rb'^[ \t]*"[^\n]*', re.MULTILINE)

_CSS = (
    line_rule("function", r"@(?:mixin|function)\s+{name}"),
    line_rule(
        "variable",
        r"(?P<name>[$@](?!media|import|include|use|forward|extend|if|else|each|for|while|return|charset|font-face|keyframes|supports|at-root|warn|error|debug|layer|container|property|plugin|namespace|page|content)[\w-]+)\s*:",
    ),
    line_rule("selector", r"(?P<name>@keyframes\s+[\w-]+)"),
    line_rule("selector", r"(?P<name>(?!@)[^;{}$@/]*[^;{}$@/\s:,])\s*(?:\{\s*|,)$"),
    line_rule("selector", r"(?P<name>(?!@)[.#%&][^;{}$/]*?)\s*\{"),
)
_SASS = (
    line_rule("function", r"(?:@(?:mixin|function)\s+|=){name}"),
    line_rule("variable", r"(?P<name>\$[\w-]+)\s*:"),
    line_rule("selector", r"(?P<name>[.#%&\w][^;{}$/:]*(?::[\w-]+(?:\([^)]*\))?)*)$"),
)
_LISP = (
    line_rule("module", r"\((?:ns|in-ns|defpackage|module)\s+(?:\^\S+\s+)*(?P<name>[^\s()]+)"),
    line_rule("macro", r"\((?:defmacro|define-syntax(?:-rule)?|define-macro)\s+\(?(?P<name>[^\s()]+)"),
    line_rule("test", r"\((?:deftest|ert-deftest|define-test)\s+(?:\^\S+\s+)*(?P<name>[^\s()]+)"),
    line_rule("interface", r"\((?:defprotocol|definterface|defgeneric)\s+(?:\^\S+\s+)*(?P<name>[^\s()]+)"),
    line_rule(
        "class",
        r"\((?:deftype|defrecord|defclass|defstruct|cl-defstruct|struct|define-record-type)\s+\(?(?:\^\S+\s+)*(?P<name>[^\s()]+)",
    ),
    line_rule(
        "variable",
        r"\((?:def|defonce|defvar|defparameter|defconst|defcustom|defconstant|defgroup|defface)\s+(?:\^(?:\{[^}]*\}|\S+)\s+)*(?P<name>[^\s()]+)",
    ),
    line_rule(
        "function",
        r"\((?:[\w.]+/)?(?:def[\w*/!?-]*|cl-def\w+|define(?:/\w+)?)\s+\(*(?:\^(?:\{[^}]*\}|\S+)\s+)*(?P<name>[^\s()\[\]{}\"]+)",
    ),
)
_METHOD = r"(?:(?:public|private|protected|static|final|abstract|synchronized|def|void|[A-Z]\w*(?:<[^>()]*>)?(?:\[\])?|int|long|boolean|double|float|byte|char)\s+)+"

_TABLES: Mapping[str, LineTable] = {
    "scss": LineTable(_CSS, _COMMENTS),
    "less": LineTable((line_rule("function", r"(?P<name>[.#][\w-]+)\s*\([^;]*\)\s*(?:when\b[^{]*)?\{"), *_CSS), _COMMENTS),
    "sass": LineTable(_SASS, _COMMENTS, closers=()),
    "powershell": LineTable(
        (
            line_rule("function", r"(?:function|filter|workflow|configuration)\s+(?:(?:global|script|local|private):)?(?P<name>[\w:.-]+)", flags=re.IGNORECASE),
            line_rule("class", r"class\s+{name}", flags=re.IGNORECASE),
            line_rule("enum", r"enum\s+{name}", flags=re.IGNORECASE),
            line_rule("test", r"(?:Describe|Context|It)\s+(?:-Name\s+)?(?P<name>\"[^\"]+\"|'[^']+')", flags=re.IGNORECASE),
            line_rule("method", r"(?:(?:static|hidden)\s+)*(?:\[[\w.\[\], ]+\]\s*)?{name}\s*\([^)]*\)\s*\{?$", only_member=True),
            line_rule("property", r"(?:(?:static|hidden)\s+)*(?:\[[^\]]+\]+\s*)?\$(?P<name>\w+)\s*(?:=|;|$)", only_member=True),
        ),
        _POWERSHELL,
    ),
    "r": LineTable(
        (
            line_rule("function", r"(?P<name>[\w.]+|`[^`]+`|\"[^\"]+\"|'[^']+')\s*(?:<<?-|=)\s*(?:function\b|\\\()"),
            line_rule("class", r"(?:[\w.]+\s*(?:<-|=)\s*)?(?:\w+::)?(?:setClass|setRefClass|R6Class|new_class|ggproto|setClassUnion)\(\s*(?P<name>\"[^\"]+\"|'[^']+'|`[^`]+`)"),
            line_rule("function", r"(?:setGeneric|setMethod|setReplaceMethod|setValidity|method)\(\s*(?P<name>\"[^\"]+\"|'[^']+'|[\w.]+)\s*,"),
            line_rule("class", r"(?P<name>[\w.]+)\s*<-\s*(?:\w+::)?(?:ggproto|R6Class)\("),
            line_rule("test", r"(?:test_that|describe|it)\(\s*(?P<name>\"[^\"]+\"|'[^']+')"),
        ),
        _HASHES,
    ),
    "proto": LineTable(
        (
            line_rule("struct", r"(?:message|extend)\s+(?P<name>[\w.]+)"),
            line_rule("enum", r"enum\s+{name}"),
            line_rule("interface", r"service\s+{name}"),
            line_rule("method", r"rpc\s+{name}"),
            line_rule("field", r"oneof\s+{name}"),
        ),
        _SLASHES,
    ),
    "graphql": LineTable(
        (
            line_rule("type", r"(?:extend\s+)?(?:type|input|union|scalar)\s+{name}"),
            line_rule("interface", r"(?:extend\s+)?interface\s+{name}"),
            line_rule("enum", r"(?:extend\s+)?enum\s+{name}"),
            line_rule("function", r"(?:query|mutation|subscription|fragment)\s+{name}"),
            line_rule("function", r"directive\s+(?P<name>@\w+)"),
            line_rule("field", r"{name}\s*(?:\([^)]*\)?)?\s*:", only_member=True),
        ),
        _GRAPHQL,
        margin=True,
    ),
    "cmake": LineTable(
        (
            line_rule("function", r"function\s*\(\s*(?P<name>[^\s)]+)", flags=re.IGNORECASE),
            line_rule("macro", r"macro\s*\(\s*(?P<name>[^\s)]+)", flags=re.IGNORECASE),
            line_rule("module", r"project\s*\(\s*(?P<name>[^\s)]+)", flags=re.IGNORECASE),
            line_rule("key", r"(?:add_executable|add_library|add_custom_target)\s*\(\s*(?P<name>[^\s)]+)", flags=re.IGNORECASE),
            line_rule("test", r"add_test\s*\(\s*(?:NAME\s+)?(?P<name>[^\s)]+)", flags=re.IGNORECASE),
            line_rule("variable", r"option\s*\(\s*(?P<name>[^\s)]+)", flags=re.IGNORECASE),
        ),
        _CMAKE,
        closers=("endfunction", "endmacro", ")", "ENDFUNCTION", "ENDMACRO"),
    ),
    "groovy": LineTable(
        (
            line_rule("class", r"(?:(?:public|private|protected|static|final|abstract)\s+)*class\s+{name}"),
            line_rule("interface", r"(?:(?:public|private)\s+)*@?interface\s+{name}"),
            line_rule("trait", r"trait\s+{name}"),
            line_rule("enum", r"(?:public\s+)?enum\s+{name}"),
            line_rule("test", r"def\s+(?P<name>\"[^\"]+\"|'[^']+')\s*\("),
            line_rule("function", r"(?:task\s+|tasks\.(?:register|create|named)\(\s*)(?P<name>\w+|['\"][\w:-]+['\"])"),
            line_rule("key", r"stage\s*\(\s*(?P<name>['\"][^'\"]+['\"])"),
            line_rule("function", r"(?!return\b|new\b|throw\b|assert\b|else\b|if\b|for\b|while\b|switch\b)" + _METHOD + r"{name}\s*\([^;=]*(?:\{|,|\($|\)$)", member="method"),
        ),
        _COMMENTS,
    ),
    "erlang": LineTable(
        (
            line_rule("module", r"-module\(\s*{name}"),
            line_rule("struct", r"-record\(\s*(?P<name>\w+|'[^']+')"),
            line_rule("macro", r"-define\(\s*{name}"),
            line_rule("type", r"-(?:type|opaque|callback)\s+(?P<name>\w+|'[^']+')\s*\("),
            line_rule("function", r"(?P<name>[a-z]\w*+|'[^']+')\s*\("),
        ),
        _PERCENTS,
        closers=(),
        margin=True,
        flat=True,
    ),
    "fsharp": LineTable(
        (
            line_rule("namespace", r"namespace\s+(?:rec\s+)?(?P<name>[\w.]+)"),
            line_rule("module", r"module\s+(?:(?:rec|private|internal|public)\s+)*(?P<name>[\w.]+|``[^`]+``)"),
            line_rule("type", r"(?:type|and)\s+(?:\[<[^\]]*>\]\s*)?(?:(?:private|internal|public)\s+)*(?P<name>(?!private|internal|inline|set|get)[A-Z]\w*|``[^`]+``)"),
            line_rule("type", r"exception\s+{name}"),
            line_rule("method", r"(?:static\s+)?(?:member|override|default|abstract)\s+(?:(?:val|inline|private|internal|member)\s+)*(?:[\w]+\.)?(?P<name>\w+|``[^`]+``)"),
            line_rule("function", r"(?:let|and)\s+(?:(?:rec|inline|private|internal|mutable)\s+)*(?P<name>``[^`]+``|\(\|[^)]*\|\)|[a-zA-Z_][\w']*)"),
        ),
        _FSHARP,
        closers=(),
        closed=frozenset(("function", "method")),
    ),
    "clojure": LineTable(_LISP, _SEMICOLONS, closers=(), margin=True),
    "lisp": LineTable(_LISP, _SEMICOLONS, closers=(), margin=True),
    "emacs-lisp": LineTable(_LISP, _SEMICOLONS, closers=(), margin=True),
    "scheme": LineTable(_LISP, _SEMICOLONS, closers=(), margin=True),
    "racket": LineTable(_LISP, _SEMICOLONS, closers=(), margin=True),
    "glsl": LineTable(
        (
            line_rule("struct", r"struct\s+{name}"),
            line_rule("macro", r"#\s*define\s+{name}"),
            line_rule("variable", r"(?:layout\s*\([^)]*\)\s*)?(?:(?:flat|smooth|highp|mediump|lowp|readonly|writeonly|restrict|coherent)\s+)*(?:uniform|in|out|varying|attribute|buffer|const)\s+(?:(?:highp|mediump|lowp)\s+)?(?:\w+\s+)?{name}\s*(?:\[[^\]]*\])?\s*(?:;|=|\{|$)"),
            line_rule("function", r"(?!return\b|else\b)(?:(?:highp|mediump|lowp|inline|static)\s+)*\w+\s+{name}\s*\([^;]*$"),
        ),
        _SLASHES,
        margin=True,
    ),
    "wgsl": LineTable(
        (
            line_rule("function", r"(?:@\w+(?:\([^)]*\))?\s*)*fn\s+{name}"),
            line_rule("struct", r"struct\s+{name}"),
            line_rule("type", r"alias\s+{name}"),
            line_rule("variable", r"(?:@\w+(?:\([^)]*\))?\s*)*(?:var(?:<[^>]*>)?|const|override)\s+{name}"),
        ),
        _SLASHES,
        margin=True,
    ),
    "bats": LineTable(
        (
            line_rule("test", r"@test\s+(?P<name>\"[^\"]+\"|'[^']+'|\S.*?)\s*\{"),
            line_rule("function", r"(?:function\s+)?(?P<name>[\w:.-]+)\s*\(\)\s*\{?"),
        ),
        re.compile(rb"(?<!\S)#[^\n]*"),
    ),
    "fish": LineTable((line_rule("function", r"function\s+(?P<name>\S+)"),), _HASHES),
    "vim": LineTable(
        (
            line_rule("function", r"(?:export\s+)?(?:fu|function|def)!?\s+(?P<name>[\w:#.<>]+)\s*\("),
            line_rule("function", r"com(?:mand)?!?\s+(?:-\S+\s+)*{name}"),
            line_rule("variable", r"let\s+(?P<name>g:[\w#]+)\s*="),
            line_rule("module", r"aug(?:roup)?\s+(?P<name>(?!END\b|end\b)\w+)"),
        ),
        _VIM,
    ),
    "tcl": LineTable((line_rule("function", r"(?:proc|method)\s+(?P<name>[\w:.-]+)"), line_rule("class", r"(?:oo::class\s+create|itcl::class|snit::type)\s+(?P<name>[\w:]+)"), line_rule("namespace", r"namespace\s+eval\s+(?P<name>[\w:]+)")), _HASHES),
    "elm": LineTable(
        (
            line_rule("module", r"(?:port\s+|effect\s+)?module\s+(?P<name>[\w.]+)"),
            line_rule("type", r"type\s+(?:alias\s+)?{name}"),
            line_rule("function", r"(?:port\s+)?(?P<name>(?!if|then|else|case|let|in|of|import|infix)[a-z]\w*)(?:\s+[^=:]*)?\s*[=:](?!=)"),
        ),
        _DASHES,
        closers=(),
        margin=True,
    ),
    "nim": LineTable((line_rule("function", r"(?:proc|func|method|iterator|macro|template|converter)\s+(?P<name>`[^`]+`|\w+)"), line_rule("type", r"(?P<name>[A-Z]\w*)\*?(?:\[[^\]]*\])?\s*(?:\{\.[^}]*\.\}\s*)?=\s*(?:ref\s+|ptr\s+)?(?:object|enum|tuple|distinct|concept)")), _HASHES, closers=()),
    "prisma": LineTable((line_rule("struct", r"(?:model|type|view|datasource|generator)\s+{name}"), line_rule("enum", r"enum\s+{name}")), _COMMENTS),
    "thrift": LineTable((line_rule("struct", r"(?:struct|union|exception)\s+{name}"), line_rule("enum", r"enum\s+{name}"), line_rule("interface", r"service\s+{name}"), line_rule("type", r"typedef\s+\S+\s+{name}"), line_rule("constant", r"const\s+\S+\s+{name}")), _SLASHES),
    "fortran": LineTable(
        (
            line_rule("function", r"(?!end)(?:(?:recursive|pure|elemental|impure|module|integer|real|logical|complex|character|double\s+precision|type)(?:\s*\([^)]*\))?\s+)*(?:subroutine|function)\s+{name}", flags=re.IGNORECASE),
            line_rule("module", r"(?:module|program|submodule\s*\([^)]*\))\s+(?!procedure\b){name}\s*$", flags=re.IGNORECASE),
            line_rule("struct", r"type\s*(?:,[^:]*)?(?:::|\s)\s*{name}\s*$", flags=re.IGNORECASE),
            line_rule("interface", r"(?:abstract\s+)?interface\s+{name}", flags=re.IGNORECASE),
        ),
        _BANGS,
        closers=("end", "END", "End"),
        continues=("contains", "CONTAINS"),
    ),
    "awk": LineTable((line_rule("function", r"func(?:tion)?\s+{name}"),), _HASHES),
    "crystal": LineTable(
        (
            line_rule("class", r"(?:abstract\s+)?class\s+(?P<name>[\w:]+)"),
            line_rule("struct", r"(?:abstract\s+)?struct\s+(?P<name>[\w:]+)"),
            line_rule("module", r"(?:module|lib)\s+(?P<name>[\w:]+)"),
            line_rule("enum", r"enum\s+(?P<name>[\w:]+)"),
            line_rule("function", r"(?:(?:private|protected|abstract)\s+)*(?:def|macro|fun)\s+(?:self\.)?(?P<name>[\w!?=]+|[^\w\s(]+)", member="method"),
        ),
        _HASHES,
    ),
    "gleam": LineTable((line_rule("function", r"(?:pub\s+)?fn\s+{name}"), line_rule("type", r"(?:pub\s+)?(?:opaque\s+)?type\s+{name}"), line_rule("constant", r"(?:pub\s+)?const\s+{name}")), _COMMENTS),
    "verilog": LineTable((line_rule("module", r"(?:module|interface|package|program|primitive)\s+(?:automatic\s+)?{name}"), line_rule("class", r"(?:virtual\s+)?class\s+{name}"), line_rule("function", r"(?:(?:virtual|static|local|protected|extern)\s+)*(?:function|task)\s+(?:automatic\s+)?(?:[\w\[\]:$-]+\s+)*?{name}\s*[(;]", member="method")), _SLASHES, closers=("end",)),
    "vhdl": LineTable((line_rule("module", r"(?:entity|package(?:\s+body)?|component|configuration)\s+{name}", flags=re.IGNORECASE), line_rule("class", r"architecture\s+{name}", flags=re.IGNORECASE), line_rule("function", r"(?:(?:pure|impure)\s+)?(?:function|procedure)\s+{name}", flags=re.IGNORECASE)), _DASHES),
    "gotemplate": LineTable((line_rule("function", r"\{\{-?\s*(?:define|block)\s+(?P<name>\"[^\"]+\"|`[^`]+`)"),), None, closers=(), flat=True),
    "jinja": LineTable((line_rule("macro", r"\{%[-+]?\s*macro\s+{name}"), line_rule("key", r"\{%[-+]?\s*block\s+{name}")), None, closers=(), flat=True),
    "ini": LineTable((line_rule("table", r"\[(?P<name>[^\]\n]+)\]"),), None, closers=(), margin=True, flat=True),
    "asciidoc": LineTable((line_rule("heading", r"={1,6}\s+(?P<name>\S.*)"),), None, closers=(), margin=True, flat=True),
    "batch": LineTable((line_rule("function", r":(?P<name>(?!:)[\w.-]+)"),), None, closers=(), margin=True, flat=True),
}  # fmt: skip

LANGUAGES: Mapping[str, Scanner] = {language: scanner(table) for language, table in _TABLES.items()}
