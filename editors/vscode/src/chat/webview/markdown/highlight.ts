// Code in colours: the languages that answers are mostly about, as nodes with the classes of highlight.js.

import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";
import { element } from "../elements/element";

/** Longer code is shown plain: colouring it would hold up the page. */
const MAX_CHARACTERS = 60_000;

const lowlight = createLowlight({
  bash,
  c,
  diff,
  go,
  ini,
  java,
  javascript,
  json,
  python,
  ruby,
  rust,
  typescript,
  xml,
  yaml,
});
lowlight.registerAlias({ bash: ["console", "shell"], c: ["cpp", "c++", "cc", "h", "hpp"] });

type Piece = ReturnType<typeof lowlight.highlight>["children"][number];

/** The nodes of code in a language by the name of its fence; plain text where it is unknown or too long. */
export function highlighted(code: string, language: string): Node[] {
  const name = language.toLowerCase();
  if (code.length > MAX_CHARACTERS || !lowlight.registered(name)) return [document.createTextNode(code)];
  return lowlight.highlight(name, code).children.flatMap(nodeOf);
}

function nodeOf(piece: Piece): Node[] {
  if (piece.type === "text") return [document.createTextNode(piece.value)];
  if (piece.type !== "element") return [];
  const classes = piece.properties.className;
  const given = Array.isArray(classes) ? { class: classes.join(" ") } : {};
  return [element("span", given, ...piece.children.flatMap((child) => nodeOf(child)))];
}
