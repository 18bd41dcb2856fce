"""What the parsers of other people find in files: the truth for `outlines.py`.

Each gives lines of JSON: path, name, parent ("?" if it does not say) and whether the definition is one that recall counts, which
is a type, a function or a method outside of functions. The rest are names that a definition may have, for precision.
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.outline_compilers import UNREAD, program

Pair = tuple[str, str | None]


@dataclass(slots=True)
class Truth:
    """The definitions of files with their parents, and all names that the parser knows there; none of these if it knows not all."""

    definitions: Mapping[Path, set[Pair]]
    names: Mapping[Path, set[str]] = field(default_factory=dict)
    has_parents: bool = False


TYPESCRIPT = r"""
const ts = require("typescript"), fs = require("fs");
const say = (path, name, parent, counts) => console.log(JSON.stringify([path, name, parent, counts]));
const plain = name => name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name) || ts.isStringLiteral(name)
  || ts.isNumericLiteral(name) || ts.isNoSubstitutionTemplateLiteral(name));
for (const path of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const kind = path.endsWith("x") ? ts.ScriptKind.TSX : /\.[cm]?js$/.test(path) ? ts.ScriptKind.JSX : ts.ScriptKind.TS;
  const source = ts.createSourceFile(path, fs.readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true, kind);
  const walk = (node, parent, deep) => {
    let inside = ts.isModuleDeclaration(node) ? node.name.text : parent;
    const named = ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)
      || ts.isEnumDeclaration(node) || ts.isMethodDeclaration(node) && !ts.isObjectLiteralExpression(node.parent)
      || ts.isMethodSignature(node) && ts.isInterfaceDeclaration(node.parent);
    if (node.name && named && (ts.isIdentifier(node.name) || ts.isPrivateIdentifier(node.name)) && !deep) {
      say(path, node.name.text, parent, true);
      inside = node.name.text;
    } else if (node.name && node.name.getText) say(path, plain(node.name) ? node.name.text : node.name.getText(source), parent, false);
    if (ts.isConstructorDeclaration(node)) say(path, "constructor", parent, false);
    if (ts.isExportAssignment(node) || node.modifiers?.some(one => one.kind === ts.SyntaxKind.DefaultKeyword)) say(path, "default", null, false);
    if (ts.isBinaryExpression(node) && ts.isPropertyAccessExpression(node.left)) say(path, node.left.name.text, parent, false);
    ts.forEachChild(node, child => walk(child, inside, deep || ts.isFunctionLike(node) || ts.isBlock(node)));
  };
  ts.forEachChild(source, node => walk(node, null, false));
}
"""
PRISM = r"""
const fs = require("fs"), { pathToFileURL } = require("url"), path_ = require("path");
const root = path_.dirname(require.resolve("@ruby/prism/package.json"));
(async () => {
  const { loadPrism } = await import(pathToFileURL(path_.join(root, "src/index.js")));
  const parse = await loadPrism();
  const say = (path, name, parent, counts) => console.log(JSON.stringify([path, name, parent, counts]));
  const last = node => node.name ?? "";
  for (const path of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    const walk = (node, parent, deep) => {
      if (!node) return;
      const kind = node.constructor.name;
      let inside = parent;
      if (kind === "ClassNode" || kind === "ModuleNode") { say(path, last(node.constantPath), "?", !deep); inside = last(node); }
      if (kind === "DefNode") say(path, node.name, "?", !deep);
      if (kind === "SymbolNode" || kind === "StringNode") say(path, node.unescaped.value, "?", false);
      if (/^Constant.*Write|^ConstantTarget/.test(kind)) say(path, node.name ?? node.target?.name ?? "", "?", false);
      for (const child of node.compactChildNodes()) walk(child, inside, deep || kind === "DefNode");
    };
    walk(parse(fs.readFileSync(path, "utf8")).value, null, false);
  }
})();
"""
PHP = r"""
const fs = require("fs"), engine = new (require("php-parser").Engine)({parser: {suppressErrors: true, version: "8.4"}});
const say = (path, name, parent, counts) => console.log(JSON.stringify([path, name, parent, counts]));
const CORE = new Set(["class", "interface", "trait", "enum", "function", "method"]);
for (const path of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const walk = (node, parent, deep) => {
    if (Array.isArray(node)) return node.forEach(one => walk(one, parent, deep));
    if (!node || typeof node !== "object" || !node.kind) return;
    const name = node.name && (node.name.name ?? node.name), text = typeof name === "string" ? name : "";
    const counts = CORE.has(node.kind) && text !== "" && !node.isAnonymous;
    if (counts) say(path, text, "?", !deep);
    else if (node.kind === "namespace") say(path, text, "?", false);
    const isDeep = deep || ["function", "method", "closure", "arrowfunc"].includes(node.kind);
    for (const [key, child] of Object.entries(node)) if (key !== "loc") walk(child, counts ? text : parent, isDeep);
  };
  walk(engine.parseCode(fs.readFileSync(path, "utf8"), path).children, null, false);
}
"""
JAVA = r"""
import com.sun.source.tree.*; import com.sun.source.util.*; import java.io.*; import java.nio.file.*; import java.util.*;
import javax.tools.*;
public class Truth {
  static void say(String path, String name, String parent, boolean counts) {
    System.out.println("[\"" + path.replace("\\", "\\\\") + "\",\"" + name + "\"," + (parent == null ? "null" : "\"" + parent + "\"") + "," + counts + "]");
  }
  public static void main(String[] args) throws Exception {
    var compiler = ToolProvider.getSystemJavaCompiler();
    var files = compiler.getStandardFileManager(null, null, null);
    for (String path : new BufferedReader(new InputStreamReader(System.in)).lines().toList()) {
      var task = (JavacTask) compiler.getTask(Writer.nullWriter(), files, one -> {}, List.of("-proc:none"), null, files.getJavaFileObjects(path));
      for (CompilationUnitTree unit : task.parse()) new TreeScanner<Void, String>() {
        int deep = 0;
        @Override public Void visitClass(ClassTree node, String parent) {
          String name = node.getSimpleName().toString();
          if (!name.isEmpty()) say(path, name, parent, deep == 0);
          return super.visitClass(node, name.isEmpty() ? parent : name);
        }
        @Override public Void visitModule(ModuleTree node, String parent) { say(path, node.getName().toString(), null, false); return null; }
        @Override public Void visitMethod(MethodTree node, String parent) {
          String name = node.getName().toString();
          say(path, name.equals("<init>") ? parent : name, parent, deep == 0);
          deep++; super.visitMethod(node, parent); deep--; return null;
        }
        @Override public Void visitBlock(BlockTree node, String parent) { deep++; super.visitBlock(node, parent); deep--; return null; }
        @Override public Void visitLambdaExpression(LambdaExpressionTree node, String parent) { deep++; super.visitLambdaExpression(node, parent); deep--; return null; }
        @Override public Void visitNewClass(NewClassTree node, String parent) { deep++; super.visitNewClass(node, parent); deep--; return null; }
      }.scan(unit, null);
    }
  }
}
"""
HAVE_PARENTS = frozenset(("go", "kotlin", "rust"))
NODE: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("typescript", "tsx", "javascript"), ("typescript", TYPESCRIPT)),
    "ruby": ("@ruby/prism", PRISM),
    "php": ("php-parser", PHP),
}
"""The npm package of a language's parser, and the script that uses it."""


def parsed(language: str, paths: Sequence[Path], node_modules: str | None) -> Truth | None:
    """What a parser of the language finds; None if there is none installed."""
    package, script = NODE.get(language, ("", ""))
    if language == "python":
        return _python(paths)
    if language in {"c", "cpp"} and shutil.which("ctags"):
        return _by_ctags(paths)
    if language == "java" and shutil.which("java"):
        with tempfile.TemporaryDirectory() as scratch:
            source = Path(scratch, "Truth.java")
            source.write_text(JAVA, "utf-8")
            return _said(("java", str(source)), paths, has_parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        command = program(language, Path(scratch), Path(node_modules) if node_modules else None)
        if command is not None:
            return _said(command, paths, node_modules or "", has_parents=language in HAVE_PARENTS)
    if package and node_modules and Path(node_modules, package).exists() and shutil.which("node"):
        is_typescript = package == "typescript"
        return _said(("node", "--no-warnings", "-e", script), paths, node_modules, has_parents=is_typescript)
    return None


def _said(
    command: Sequence[str], paths: Sequence[Path], node_modules: str = "", *, has_parents: bool
) -> Truth:
    found: dict[Path, set[Pair]] = {path: set() for path in paths}
    names: dict[Path, set[str]] = {path: set() for path in paths}
    said = subprocess.run(
        command,
        input="\n".join(map(str, paths)),
        capture_output=True,
        text=True,
        check=True,
        env={"NODE_PATH": node_modules, "PATH": "/usr/local/bin:/usr/bin:/bin"},
    ).stdout
    for line in said.splitlines():
        path, name, parent, counts = json.loads(line)
        if name == UNREAD:
            del names[Path(path)]
            continue
        names[Path(path)].add(_spelled(name))
        if counts:
            found[Path(path)].add((name.replace(" ", ""), parent))
    return Truth(found, names, has_parents)


def _spelled(name: str) -> str:
    """A name as an outline writes it: on one line."""
    return " ".join(name.split())


def _python(paths: Iterable[Path]) -> Truth:
    found = {path: set(_python_definitions(path)) for path in paths}
    return Truth(found, {path: {name for name, _ in pairs} for path, pairs in found.items()}, True)


def _python_definitions(path: Path) -> Iterator[Pair]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            return
    stack: list[tuple[ast.AST, str | None]] = [(tree, None)]
    while stack:
        node, parent = stack.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield child.name, parent
            if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                stack.append((child, child.name if isinstance(child, ast.ClassDef) else parent))


CTAGS_KINDS = frozenset(
    (
        "class",
        "enum",
        "function",
        "interface",
        "method",
        "module",
        "namespace",
        "prototype",
        "struct",
        "union",
    )
)


def _by_ctags(paths: Sequence[Path]) -> Truth:
    found: dict[Path, set[Pair]] = {path: set() for path in paths}
    arguments = ("--output-format=json", "-f", "-", "--fields=+ns", "--kinds-C++=+p", "--kinds-C=+p")
    done = subprocess.run(
        ("ctags", *arguments, "--langmap=C++:+.h.inc", "-L", "-"),
        input="\n".join(map(str, paths)),
        capture_output=True,
        text=True,
        check=True,
    )
    for line in done.stdout.splitlines():
        tag = json.loads(line)
        name, kind = tag["name"].replace(" ", ""), tag.get("kind")
        is_call = kind in {"prototype", "function"} and name.isupper()
        if kind in CTAGS_KINDS and not is_call and not name.startswith("__anon"):
            found[Path(tag["path"])].add((name.rsplit("::", 1)[-1], "?"))
    return Truth(found)
