"""The rules of the code base, checked on the code itself. What each is for stands in `server/README.md`."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
SOURCE = TOP / "server" / "foreword"

LAYERS: Mapping[str, frozenset[str]] = {
    "core": frozenset(),
    "storage": frozenset({"core"}),
    "workspace": frozenset({"core"}),
    "model": frozenset({"core"}),
    "index": frozenset({"core", "storage"}),
    "prefix": frozenset({"core", "storage"}),
    "assist": frozenset({"core", "storage", "workspace", "model", "index", "prefix"}),
    "replay": frozenset({"core", "storage", "model", "prefix", "assist"}),
    "api": frozenset({"core", "storage", "workspace", "model", "index", "prefix", "assist", "replay"}),
    "cli": frozenset({"core", "storage", "workspace", "model", "index", "prefix", "assist", "replay", "api"}),
    "lsp": frozenset({"core", "storage", "workspace", "model", "index", "prefix", "assist", "replay", "api"}),
    "mcp": frozenset({"core", "api"}),
    "acp": frozenset({"core", "assist", "api"}),
}
"""What each package may import, besides itself."""

WITHIN_ASSIST = (
    "accounts",
    "telemetry",
    "session",
    "context",
    "question",
    "spending",
    "answering",
    "batches",
    "edits",
    "chat",
    "usage",
)
"""The packages of `assist`, each of which may import those before it."""

DOORS = frozenset({("cli/serve.py", "lsp"), ("cli/mcp_server.py", "mcp"), ("cli/acp_server.py", "acp")})
"""Where one surface starts another; beyond this they know nothing of each other."""

HOMES: Mapping[str, str] = {
    "tree_sitter": "index",
    "numpy": "index",
    "rustworkx": "index",
    "pebble": "index",
    "pathspec": "workspace",
    "tomlkit": "workspace",
    "watchfiles": "workspace",
    "anthropic": "model",
    "jiter": "model",
    "httpx": "model",
    "httpx2": "model",
    "markdown_it": "cli",
    "platformdirs": "storage",
    "yaml": "assist",
    "opentelemetry": "assist",
    "rich": "cli",
    "prompt_toolkit": "cli",
    "shtab": "cli",
    "charset_normalizer": "core",
    "pygls": "lsp",
    "lsprotocol": "lsp",
    "websockets": "lsp",
    "acp": "acp",
    "mcp": "mcp",
    "pydantic": "mcp",
    "uvicorn": "mcp",
}
"""The one package that may import each third party; `tree_sitter` stands for its grammars too."""

NOT_PURE = frozenset({"asyncio", "io", "logging", "os", "socket", "sqlite3", "subprocess", "time"})
"""What `core` never needs: input and output, clocks, processes."""

BROAD = frozenset({"cli/main.py", "lsp/connection/server.py"})
"""The boundaries where an unexpected exception is caught."""

MAX_FUNCTION_LINES = 50
MAX_FILE_LINES = 500
MUTABLE = frozenset({"list", "dict", "set", "defaultdict", "deque", "Counter", "OrderedDict", "bytearray"})

FILES = sorted(SOURCE.rglob("*.py"))
TESTS = sorted((TOP / "tests").rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(tree_of(path))


def functions(path: Path) -> Iterator[Function]:
    return (node for node in nodes(path) if isinstance(node, Function))


def imported(path: Path) -> Iterator[str]:
    """The dotted names of all modules that a file imports, also inside of functions; there are no relative ones."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} has a relative import"
            yield node.module or ""
            if node.module == "foreword":
                yield from (f"foreword.{alias.name}" for alias in node.names)


def package_of(path: Path) -> str:
    """The layer that a file belongs to; empty for the top level."""
    parts = path.relative_to(SOURCE).parts
    return parts[0] if len(parts) > 1 else ""


def third_party(module: str) -> str:
    """The distribution that a module stands for; empty for our own and the standard library."""
    top = module.split(".", maxsplit=1)[0]
    if top in sys.stdlib_module_names or top == "foreword":
        return ""
    return "tree_sitter" if top.startswith("tree_sitter") else top


def test_there_is_something_to_check() -> None:
    assert len(FILES) > 80
    assert {package_of(path) for path in FILES} - {""} <= LAYERS.keys()


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_what_lies_below_it(layer: str) -> None:
    own = [path for path in FILES if package_of(path) == layer]
    packages = {
        (name_of(path), module.split(".")[1])
        for path in own
        for module in imported(path)
        if module.startswith("foreword.") and module.split(".")[1] != "__version__"
    }
    above = {(file, other) for file, other in packages if other != layer and other not in LAYERS[layer]}
    assert [] == sorted(above - DOORS)


@pytest.mark.parametrize("package", WITHIN_ASSIST)
def test_a_package_of_assist_imports_only_those_before_it(package: str) -> None:
    upwards = {f"foreword.assist.{above}" for above in WITHIN_ASSIST[WITHIN_ASSIST.index(package) + 1 :]}
    own = sorted((SOURCE / "assist" / package).rglob("*.py"))
    found = [(name_of(path), module) for path in own for module in imported(path)]
    assert own
    assert [] == [one for one in found if ".".join(one[1].split(".")[:3]) in upwards]


def test_layers_do_not_go_in_circles() -> None:
    settled: set[str] = set()
    for _ in LAYERS:
        settled |= {layer for layer, below in LAYERS.items() if below <= settled}
    assert LAYERS.keys() == settled


def test_no_modules_import_each_other_in_a_circle() -> None:
    """What is imported at the top of a file, outside of `if TYPE_CHECKING`: whichever module comes first must load."""
    names = {f"foreword.{name_of(path)[:-3].replace('/', '.')}": path for path in FILES}
    below = {
        name: {
            wanted
            for node in tree_of(path).body
            if isinstance(node, ast.ImportFrom) and node.module
            for wanted in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
            if wanted in names and wanted != name
        }
        for name, path in names.items()
    }
    left = dict(below)
    while settled := [name for name, needed in left.items() if not needed & left.keys()]:
        for name in settled:
            del left[name]
    assert [] == sorted(left)


def test_each_third_party_package_is_imported_in_one_layer() -> None:
    found = {
        (third_party(module), package_of(path))
        for path in FILES
        for module in imported(path)
        if third_party(module)
    }
    assert [] == sorted((name, layer) for name, layer in found if HOMES.get(name) != layer)


def test_the_core_does_no_input_and_output_and_has_no_clock() -> None:
    found = {
        (name_of(path), module.split(".")[0])
        for path in FILES
        if package_of(path) == "core"
        for module in imported(path)
    }
    assert [] == sorted((file, module) for file, module in found if module in NOT_PURE)
    names = {
        (name_of(path), alias.name)
        for path in FILES
        if package_of(path) == "core"
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and node.module == "pathlib"
        for alias in node.names
    }
    assert [] == sorted((file, name) for file, name in names if not name.startswith("Pure"))


def test_no_function_is_long() -> None:
    long = [
        f"{name_of(path)}:{function.lineno} {function.name}"
        for path in FILES
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert [] == long


def test_no_file_name_means_two_things() -> None:
    """A name is looked for, and found at the first guess."""
    names = Counter(path.name for path in FILES if not path.name.startswith("__"))
    assert [] == [name for name, count in names.items() if count > 1]


def test_no_file_is_long() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {} == {name: n_lines for name, n_lines in lengths.items() if n_lines > MAX_FILE_LINES}


def test_every_parameter_and_result_has_a_type() -> None:
    def untyped(function: Function) -> bool:
        given = function.args
        every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        named = [argument for argument in every if argument and argument.arg not in ("self", "cls")]
        return function.returns is None or any(argument.annotation is None for argument in named)

    assert [] == [f"{name_of(path)}: {f.name}" for path in FILES for f in functions(path) if untyped(f)]


def test_every_public_name_is_described() -> None:
    silent = []
    for path in FILES:
        assert ast.get_docstring(tree_of(path)) or path.name == "__main__.py", (
            f"{name_of(path)} has no docstring"
        )
        top = tree_of(path).body
        classes = [node for node in top if isinstance(node, ast.ClassDef) and node.name[0] != "_"]
        silent += [
            f"{name_of(path)}: {node.name}"
            for scope in (top, *(node.body for node in classes))
            for node in scope
            if isinstance(node, ast.ClassDef | Function)
            and node.name[0] != "_"
            and not ast.get_docstring(node)
        ]
    assert [] == silent


def test_unexpected_exceptions_are_caught_at_the_boundaries_only() -> None:
    """One that is raised again after something was put in order, or handed to who waits, is not caught."""

    def is_caught(handler: ast.ExceptHandler) -> bool:
        kinds = ast.unparse(handler.type).strip("()").split(", ") if handler.type else ["BaseException"]
        handed_on = ast.unparse(handler.body[-1])
        return not {"Exception", "BaseException"}.isdisjoint(kinds) and not (
            handed_on == "raise" or ".set_exception" in handed_on
        )

    handlers = ((path, node) for path in FILES for node in nodes(path) if isinstance(node, ast.ExceptHandler))
    assert {name_of(path) for path, handler in handlers if is_caught(handler)} <= BROAD


def test_there_is_no_global_state() -> None:
    named = [
        name_of(path) for path in FILES for node in nodes(path) if isinstance(node, ast.Global | ast.Nonlocal)
    ]
    assert [] == named
    mutable = [
        f"{name_of(path)}:{node.lineno}"
        for path in FILES
        for node in tree_of(path).body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _is_mutable(node)
    ]
    assert [] == mutable


def _is_mutable(node: ast.Assign | ast.AnnAssign) -> bool:
    """Whether a module keeps a container that could be written to: a dict counts as constant if it says `Mapping`."""
    value = node.value
    if isinstance(value, ast.List | ast.Set | ast.ListComp | ast.SetComp):
        return not _is_dunder_all(node)
    if isinstance(value, ast.Dict | ast.DictComp):
        kind = ast.unparse(node.annotation) if isinstance(node, ast.AnnAssign) else ""
        return not kind.removeprefix("Final[").startswith("Mapping")
    called = value.func if isinstance(value, ast.Call) else None
    base = called.value if isinstance(called, ast.Subscript) else called
    return isinstance(base, ast.Name) and base.id in MUTABLE


def _is_dunder_all(node: ast.Assign | ast.AnnAssign) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"


def test_no_test_waits_for_time_to_pass() -> None:
    """`asyncio.sleep(0)` lets others run; anything longer is a guess."""
    calls = [
        f"{path.relative_to(TOP)}:{node.lineno}"
        for path in TESTS
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and path.name.startswith("test_")
        and ast.unparse(node.func) in ("time.sleep", "sleep", "asyncio.sleep")
        and ast.unparse(node) != "asyncio.sleep(0)"
    ]
    assert [] == calls


@pytest.mark.parametrize(
    "module", [path.stem for path in FILES if package_of(path) == "cli" and path.stem != "__init__"]
)
def test_every_module_of_the_command_line_has_a_test(module: str) -> None:
    files = [*(TOP / "tests" / "cli").glob("test_*.py"), *(TOP / "tests" / "e2e").rglob("test_*.py")]
    texts = [path.read_text(encoding="utf-8") for path in files]
    is_used = any(f"foreword.cli.{module} import" in text for text in texts)
    reached = {name.split(".")[-1] for path in FILES if package_of(path) == "cli" for name in imported(path)}
    assert is_used or module in reached


def test_what_the_server_loads_in_a_thread_is_there() -> None:
    """The names stand in texts, which no type checker reads."""
    loaded = [
        (name_of(path), str(node.args[0].value))
        for path in FILES
        if package_of(path) == "lsp"
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".load") and node.args
        if isinstance(node.args[0], ast.Constant)
    ]
    assert 5 < len(loaded)
    missing = [one for one in loaded if not (SOURCE.parent / f"{one[1].replace('.', '/')}.py").is_file()]
    assert [] == missing


@cache
def tracked() -> tuple[Path, ...]:
    """The text files of the project: what git tracks, or what is there if this is no repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, check=False)
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else []
    found = [TOP / name for name in names if name] or [*FILES, *TESTS]
    return tuple(path for path in found if path.is_file() and path.suffix not in (".png", ".svg", ".gif"))


TOP_LEVEL = frozenset(
    (
        *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md", "pyproject.toml"),
        *("editors", "findings", "server", "tests"),
    )
)
"""What stands at the top, dot files aside."""


def test_the_top_level_holds_what_people_look_for_there_and_nothing_else() -> None:
    names = {path.relative_to(TOP).parts[0] for path in tracked()}
    assert set() == {name for name in names if not name.startswith(".")} - TOP_LEVEL


PLACES = re.compile(r"(?<![\w.~])/(?:home|Users|root|work)/[a-z0-9_.-]+", re.IGNORECASE)
EXAMPLES = re.compile(
    r"/(?:home|Users)/(?:ada|me|user|you|someone|somebody|name)\b|/work/(?:repo|app|other)\b"
)
HOSTS = re.compile(
    r"\b(?:files\.pythonhosted|pypi|registry\.npmjs|crates|static\.crates|proxy\.golang)\.(?:org|io)\b"
)


def found_in_files(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in tracked():
        if path == Path(__file__):
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        found += [
            f"{path.relative_to(TOP)}: {match[0]}"
            for match in pattern.finditer(text)
            if not EXAMPLES.match(match[0])
        ]
    return found


def test_no_path_of_a_developers_machine_is_in_any_file() -> None:
    assert [] == found_in_files(PLACES)


def test_no_file_names_the_host_of_a_package_registry() -> None:
    assert [] == found_in_files(HOSTS)


@pytest.mark.parametrize(
    "command", [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]], ids=" ".join
)
def test_the_linters_have_nothing_to_say(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=TOP, capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, (done.stdout + done.stderr)[-3_000:]
