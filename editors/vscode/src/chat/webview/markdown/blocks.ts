// Blocks of markdown as elements.

import { Lexer, type MarkedToken, type Token, type Tokens } from "marked";
import { CodeBlock, type CodeActions } from "./codeBlock";
import { element } from "../elements/element";
import { inlineNodes } from "./inline";

export interface BlockActions extends CodeActions {
  follow: (href: string) => void;
}

export type Block = MarkedToken;

export function readBlocks(text: string): Block[] {
  return new Lexer({ gfm: true }).lex(text) as Block[];
}

/** The node of a block; null for one that shows nothing. */
export function blockNode(token: Block, actions: BlockActions): HTMLElement | null {
  const inline = (tokens: readonly Token[] | undefined): Node[] => inlineNodes(tokens, actions.follow);
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "heading":
      return heading(token, inline(token.tokens));
    case "code":
      return new CodeBlock(token.text, token.lang ?? "", actions).settle();
    case "blockquote":
      return element("blockquote", {}, ...blockNodes(token.tokens, actions));
    case "list":
      return list(token, actions);
    case "table":
      return table(token, inline);
    case "hr":
      return element("hr");
    case "paragraph":
      return element("p", {}, ...inline(token.tokens));
    case "text":
      return element("p", {}, ...inline(token.tokens ?? [token]));
    default:
      return element("p", {}, token.raw);
  }
}

function blockNodes(tokens: readonly Token[], actions: BlockActions): HTMLElement[] {
  return tokens.map((token) => blockNode(token as Block, actions)).filter((node) => node !== null);
}

/** The page and the answer have the upper levels. */
function heading({ depth }: Tokens.Heading, inside: Node[]): HTMLElement {
  return element(depth <= 2 ? "h3" : depth === 3 ? "h4" : "h5", {}, ...inside);
}

function list(token: Tokens.List, actions: BlockActions): HTMLElement {
  const items = token.items.map((item) => listItem(item, token.loose, actions));
  const made = element(token.ordered ? "ol" : "ul", {}, ...items);
  if (made instanceof HTMLOListElement && typeof token.start === "number") made.start = token.start;
  return made;
}

/** The text of an item in a tight list is no paragraph. */
function listItem(item: Tokens.ListItem, isLoose: boolean, actions: BlockActions): HTMLElement {
  const made = element("li", item.task ? { class: "task" } : {});
  for (const token of item.tokens as Block[]) {
    if (token.type === "text" && !isLoose) made.append(...inlineNodes(token.tokens ?? [token], actions.follow));
    else if (token.type === "checkbox") made.append(...inlineNodes([token], actions.follow));
    else made.append(...blockNodes([token], actions));
  }
  return made;
}

function table(token: Tokens.Table, inline: (tokens: readonly Token[]) => Node[]): HTMLElement {
  const cell = (tag: "th" | "td", { tokens, align }: Tokens.TableCell): HTMLElement =>
    element(tag, align ? { class: `align-${align}` } : {}, ...inline(tokens));
  const head = element("tr", {}, ...token.header.map((one) => cell("th", one)));
  const rows = token.rows.map((row) => element("tr", {}, ...row.map((one) => cell("td", one))));
  const made = element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
  return element("div", { class: "table", role: "group", tabIndex: 0, label: "Table" }, made);
}
