// The inline part of markdown as nodes. HTML stays the text that it is, an image becomes its words, and a link a button:
// the extension decides where it may lead.

import type { MarkedToken, Token } from "marked";
import { readLink } from "../../link";
import { button, element } from "../elements/element";

export type Follow = (href: string) => void;

export function inlineNodes(tokens: readonly Token[] | undefined, follow: Follow): Node[] {
  return (tokens ?? []).flatMap((token) => inlineNode(token as MarkedToken, follow));
}

function inlineNode(token: MarkedToken, follow: Follow): Node | Node[] {
  const inside = (): Node[] => inlineNodes("tokens" in token ? token.tokens : [], follow);
  switch (token.type) {
    case "strong":
    case "em":
    case "del":
      return element(token.type, {}, ...inside());
    case "codespan":
      return element("code", {}, token.text);
    case "br":
      return element("br");
    case "link":
      return linkNode(token.href, inside(), follow);
    case "image":
      return element("span", { class: "image", title: token.href }, `[image: ${decoded(token.text) || "without words"}]`);
    case "checkbox":
      return document.createTextNode(token.checked ? "☑ " : "☐ ");
    case "text":
      return token.tokens ? inside() : document.createTextNode(decoded(token.text));
    case "escape":
      return document.createTextNode(token.text);
    default:
      return document.createTextNode(token.raw);
  }
}

/** A link that leads nowhere is shown as its words. */
function linkNode(href: string, inside: Node[], follow: Follow): Node | Node[] {
  if (readLink(href) === null) return inside;
  return button({ class: "link", title: href, role: "link", click: () => follow(href) }, ...inside);
}

const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

/** The characters that markdown writes as references; unknown ones stay as they are. */
export function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[name as string] ?? whole;
    const code = decimal === undefined ? parseInt(hex as string, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  });
}
