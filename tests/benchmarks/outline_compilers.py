"""The truth for `outlines.py` where it takes a compiler of the language: a program for each of Go, Kotlin, Rust and Scala, built and run.

Each is handed paths, a line each, and prints what `outline_truth.py` reads. Go has its parser in the standard library, Kotlin's
is that of its compiler (`npm install kotlin-compiler`, and a JDK), Scala's is scalameta (`npm install scalameta-parsers`),
Rust's is syn (`apt-get install librust-syn-dev`, and cargo).
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

GO = r"""
package main

import ("bufio"; "encoding/json"; "fmt"; "go/ast"; "go/parser"; "go/token"; "os")

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		path := lines.Text()
		say := func(name string, parent any, counts bool) {
			line, _ := json.Marshal([]any{path, name, parent, counts})
			fmt.Fprintln(out, string(line))
		}
		file, _ := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if file == nil { continue }
		for _, one := range file.Decls {
			switch one := one.(type) {
			case *ast.FuncDecl:
				var parent any
				if one.Recv != nil && len(one.Recv.List) > 0 { parent = receiver(one.Recv.List[0].Type) }
				say(one.Name.Name, parent, true)
			case *ast.GenDecl:
				for _, spec := range one.Specs { said(spec, say) }
			}
		}
	}
}

func said(spec ast.Spec, say func(string, any, bool)) {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range spec.Names { say(name.Name, nil, false) }
	case *ast.TypeSpec:
		say(spec.Name.Name, nil, true)
		switch of := spec.Type.(type) {
		case *ast.InterfaceType: members(of.Methods, spec.Name.Name, true, say)
		case *ast.StructType: members(of.Fields, spec.Name.Name, false, say)
		}
	}
}

func members(fields *ast.FieldList, parent string, counts bool, say func(string, any, bool)) {
	for _, field := range fields.List {
		for _, name := range field.Names { say(name.Name, parent, counts) }
	}
}

func receiver(of ast.Expr) any {
	switch of := of.(type) {
	case *ast.StarExpr: return receiver(of.X)
	case *ast.ParenExpr: return receiver(of.X)
	case *ast.IndexExpr: return receiver(of.X)
	case *ast.IndexListExpr: return receiver(of.X)
	case *ast.Ident: return of.Name
	}
	return nil
}
"""
KOTLIN = r"""
import com.intellij.openapi.util.Disposer;
import com.intellij.psi.*;
import java.io.*; import java.nio.file.*;
import org.jetbrains.kotlin.cli.common.messages.MessageCollector;
import org.jetbrains.kotlin.cli.jvm.compiler.*;
import org.jetbrains.kotlin.config.*;
import org.jetbrains.kotlin.psi.*;

public class Truth {
  static String path;
  static void say(String name, String parent, boolean counts) {
    System.out.println("[" + quoted(path) + "," + quoted(name) + "," + (parent == null ? "null" : quoted(parent)) + "," + counts + "]");
  }
  static String quoted(String text) { return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\""; }
  static void walk(PsiElement node, String parent, boolean deep) {
    String inside = parent;
    boolean isDeep = deep || node instanceof KtFunctionLiteral || node instanceof KtAnonymousInitializer || node instanceof KtObjectLiteralExpression;
    if (node instanceof KtNamedDeclaration one && one.getName() != null && !(node instanceof KtTypeParameter)) {
      boolean isType = node instanceof KtClassOrObject && !(node instanceof KtEnumEntry);
      boolean isCompanion = node instanceof KtObjectDeclaration object && object.isCompanion();
      say(one.getName(), parent, !deep && !isCompanion && (isType || node instanceof KtNamedFunction));
      if (isType && !isCompanion) inside = one.getName();
      isDeep |= node instanceof KtNamedFunction || node instanceof KtProperty;
    }
    if (node instanceof KtSecondaryConstructor || node instanceof KtPrimaryConstructor) say("constructor", parent, false);
    for (PsiElement child : node.getChildren()) walk(child, inside, isDeep);
  }
  public static void main(String[] args) throws Exception {
    var settings = new CompilerConfiguration();
    settings.put(CommonConfigurationKeys.MODULE_NAME, "truth");
    settings.put(CommonConfigurationKeys.MESSAGE_COLLECTOR_KEY, MessageCollector.Companion.getNONE());
    org.jetbrains.kotlin.cli.FrontendConfigurationKeysKt.setExtensionsStorage(settings, new org.jetbrains.kotlin.compiler.plugin.CompilerPluginRegistrar.ExtensionStorage());
    var environment = KotlinCoreEnvironment.createForProduction(Disposer.newDisposable("truth"), settings, EnvironmentConfigFiles.JVM_CONFIG_FILES);
    var factory = new KtPsiFactory(environment.getProject(), false);
    var lines = new BufferedReader(new InputStreamReader(System.in));
    while ((path = lines.readLine()) != null) {
      String text = Files.readString(Path.of(path)).replace("\r\n", "\n");
      walk(factory.createFile(Path.of(path).getFileName().toString(), text), null, false);
    }
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }
}
"""
SCALA = r"""
const fs = require("fs"), { parseSource } = require("scalameta-parsers");
const say = (path, name, parent, counts) => console.log(JSON.stringify([path, name, parent, counts]));
const TYPES = new Set(["Defn.Class", "Defn.Trait", "Defn.Object", "Defn.Enum", "Pkg.Object"]);
const DEFINES = new Set([...TYPES, "Defn.Def", "Decl.Def", "Defn.Type", "Decl.Type", "Defn.Given", "Defn.EnumCase", "Term.Param", "Pkg"]);
const COUNTS = new Set([...TYPES, "Defn.Def", "Decl.Def"]);
const CLOSED = new Set(["Defn.Def", "Defn.Val", "Defn.Var", "Term.Block", "Term.Function", "Term.NewAnonymous", "Term.Apply"]);
for (const path of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const text = fs.readFileSync(path, "utf8");
  let tree = parseSource(text, path.endsWith(".sbt") ? "Sbt1" : "Scala3");
  if (tree.error) tree = parseSource(text, "Scala213Source3");
  if (tree.error) { say(path, "<unread>", null, false); continue; }
  const names = node => {
    if (Array.isArray(node)) return node.forEach(names);
    if (!node || typeof node !== "object") return;
    if (node.type === "Pat.Var" || node.type === "Term.Name") say(path, node.name?.value ?? node.value, "?", false);
    Object.values(node).forEach(names);
  };
  const walk = (node, deep) => {
    if (Array.isArray(node)) return node.forEach(one => walk(one, deep));
    if (!node || typeof node !== "object") return;
    const name = node.name?.value ?? node.ref?.value ?? node.ref?.name?.value;
    if (node.type === "Ctor.Secondary") say(path, "this", "?", false);
    if (DEFINES.has(node.type) && name) say(path, name, "?", COUNTS.has(node.type) && !deep);
    if (["Defn.Val", "Defn.Var", "Decl.Val", "Decl.Var", "Defn.RepeatedEnumCase"].includes(node.type)) names(node.pats ?? node.cases);
    for (const [key, child] of Object.entries(node)) if (key !== "pos") walk(child, deep || CLOSED.has(node.type));
  };
  walk(tree, false);
}
"""
RUST = r"""
use std::io::BufRead;
use syn::visit::{self, Visit};
use syn::*;

struct Walk { path: String, parents: Vec<String>, deep: usize }

impl Walk {
    fn say(&self, name: &dyn ToString, counts: bool) {
        let parent = self.parents.last().map_or("null".into(), |one| format!("{:?}", one));
        println!("[{:?},{:?},{},{}]", self.path, name.to_string(), parent, counts && self.deep == 0);
    }
    fn within(&mut self, name: String, walk: impl FnOnce(&mut Self)) {
        self.parents.push(name);
        walk(self);
        self.parents.pop();
    }
    fn body(&mut self, walk: impl FnOnce(&mut Self)) { self.deep += 1; walk(self); self.deep -= 1; }
}

fn last(of: &Type) -> String {
    match of {
        Type::Path(one) => one.path.segments.last().map_or(String::new(), |one| one.ident.to_string()),
        Type::Reference(one) => last(&one.elem),
        _ => "?".into(),
    }
}

impl<'a> Visit<'a> for Walk {
    fn visit_item_mod(&mut self, node: &'a ItemMod) { self.say(&node.ident, node.content.is_some()); let name = node.ident.to_string(); self.within(name, |walk| visit::visit_item_mod(walk, node)) }
    fn visit_item_struct(&mut self, node: &'a ItemStruct) { self.say(&node.ident, true); let name = node.ident.to_string(); self.within(name, |walk| visit::visit_item_struct(walk, node)) }
    fn visit_item_enum(&mut self, node: &'a ItemEnum) { self.say(&node.ident, true); let name = node.ident.to_string(); self.within(name, |walk| visit::visit_item_enum(walk, node)) }
    fn visit_item_union(&mut self, node: &'a ItemUnion) { self.say(&node.ident, true) }
    fn visit_item_trait(&mut self, node: &'a ItemTrait) { self.say(&node.ident, true); let name = node.ident.to_string(); self.within(name, |walk| visit::visit_item_trait(walk, node)) }
    fn visit_item_impl(&mut self, node: &'a ItemImpl) { self.within(last(&node.self_ty), |walk| visit::visit_item_impl(walk, node)) }
    fn visit_item_fn(&mut self, node: &'a ItemFn) { self.say(&node.sig.ident, true); self.body(|walk| visit::visit_item_fn(walk, node)) }
    fn visit_impl_item_method(&mut self, node: &'a ImplItemMethod) { self.say(&node.sig.ident, true); self.body(|walk| visit::visit_impl_item_method(walk, node)) }
    fn visit_trait_item_method(&mut self, node: &'a TraitItemMethod) { self.say(&node.sig.ident, true); self.body(|walk| visit::visit_trait_item_method(walk, node)) }
    fn visit_foreign_item_fn(&mut self, node: &'a ForeignItemFn) { self.say(&node.sig.ident, true) }
    fn visit_item_const(&mut self, node: &'a ItemConst) { self.say(&node.ident, false); self.body(|walk| visit::visit_item_const(walk, node)) }
    fn visit_item_static(&mut self, node: &'a ItemStatic) { self.say(&node.ident, false); self.body(|walk| visit::visit_item_static(walk, node)) }
    fn visit_item_type(&mut self, node: &'a ItemType) { self.say(&node.ident, false) }
    fn visit_impl_item_macro(&mut self, node: &'a ImplItemMacro) {
        if let Ok(held) = parse_str::<ItemImpl>(&format!("impl Held {{ {} }}", node.mac.tokens)) { self.body(|walk| { for item in &held.items { walk.visit_impl_item(item) } }) }
    }
    fn visit_item_macro(&mut self, node: &'a ItemMacro) {
        if let Some(name) = &node.ident { self.say(name, false) }
        // What stands in `cfg_test! { ... }` and the like is known, if it can be read, but not asked for.
        if let Ok(file) = parse2::<File>(node.mac.tokens.clone()) { self.body(|walk| { for item in &file.items { walk.visit_item(item) } }) }
    }
}

fn main() {
    for path in std::io::stdin().lock().lines().map_while(std::result::Result::ok) {
        if let Ok(file) = std::fs::read_to_string(&path).map_err(|_| ()).and_then(|text| parse_file(&text).map_err(|_| ())) {
            Walk { path, parents: vec![], deep: 0 }.visit_file(&file);
        } else { println!("[{:?},\"<unread>\",null,false]", path) }
    }
}
"""
UNREAD = "<unread>"
"""The name in the line of a file that the parser refuses, as syn 1 does with the newest Rust."""
DEBIAN_CRATES = Path("/usr/share/cargo/registry")
CARGO = """[package]
name = "truth"
version = "0.1.0"
edition = "2021"
[dependencies]
syn = { version = "VERSION", features = ["full", "visit"] }
"""


def program(language: str, scratch: Path, node_modules: Path | None) -> list[str] | None:
    """The command that reads a language, built in an empty folder; None where what it takes is not installed."""
    if language == "go" and shutil.which("go"):
        (scratch / "truth.go").write_text(GO, "utf-8")
        _run(["go", "build", "-o", "truth", "truth.go"], scratch)
        return [str(scratch / "truth")]
    jar = node_modules / "kotlin-compiler/lib/kotlin-compiler.jar" if node_modules else None
    if language == "kotlin" and jar and jar.exists() and shutil.which("javac"):
        (scratch / "Truth.java").write_text(KOTLIN, "utf-8")
        path = (
            f"{jar}:{jar.with_name('kotlin-stdlib.jar')}:{jar.with_name('kotlinx-coroutines-core-jvm.jar')}"
        )
        _run(["javac", "-cp", path, "-d", str(scratch), "Truth.java"], scratch)
        return ["java", "-cp", f"{path}:{scratch}", "Truth"]
    if language == "scala" and node_modules and (node_modules / "scalameta-parsers").exists():
        return ["node", "--no-warnings", "-e", SCALA]
    crates = sorted(DEBIAN_CRATES.glob("syn-[0-9]*"))
    if language == "rust" and crates and shutil.which("cargo"):
        return _rust(scratch, crates[-1])
    return None


def _rust(scratch: Path, crate: Path) -> list[str]:
    # Debian's crates need no network: cargo takes a folder for its registry.
    (scratch / "src").mkdir()
    (scratch / "src/main.rs").write_text(RUST, "utf-8")
    (scratch / "Cargo.toml").write_text(CARGO.replace("VERSION", crate.name.removeprefix("syn-")), "utf-8")
    (scratch / ".cargo").mkdir()
    (scratch / ".cargo/config.toml").write_text(
        f'[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "{DEBIAN_CRATES}"\n',
        "utf-8",
    )
    _run(["cargo", "build", "--release", "--offline", "--quiet"], scratch)
    return [str(scratch / "target/release/truth")]


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True)
