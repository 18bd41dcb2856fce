// The places that an answer names, such as `shop/till.py:3-6`, become buttons that open the file there. Which they are
// is said by the server, which has looked whether they exist.

import type { Citation } from "../../protocol";
import { button } from "../elements/element";
import { t } from "../../../l10n";

export type GoTo = (citation: Citation) => void;

/** Makes the places in the text below `root` into buttons; code blocks stay as they are. */
export function linkCitations(root: HTMLElement, citations: readonly Citation[], goTo: GoTo): void {
  const byPlace = new Map(citations.filter(({ uri }) => uri !== undefined).map((one) => [keyOf(one), one]));
  const paths = [...new Set([...byPlace.values()].map(({ path }) => path))].sort((a, b) => b.length - a.length);
  if (paths.length === 0) return;
  const place = new RegExp(`(?:\\./)?(${paths.map(escaped).join("|")}):L?(\\d+)(?:[-–]L?(\\d+))?(?!\\w)`, "g");
  for (const text of textsIn(root)) linkText(text, place, byPlace, goTo);
}

function textsIn(root: HTMLElement): Text[] {
  const texts: Text[] = [];
  const visit = (node: Node): void => {
    if (node instanceof Text) texts.push(node);
    else if (node instanceof Element && !node.matches("pre, button")) node.childNodes.forEach(visit);
  };
  visit(root);
  return texts;
}

function linkText(text: Text, place: RegExp, byPlace: Map<string, Citation>, goTo: GoTo): void {
  const whole = text.data;
  const nodes: (Node | string)[] = [];
  let end = 0;
  for (const match of whole.matchAll(place)) {
    const [written, path = "", first, last] = match;
    const citation = byPlace.get(keyOf({ path, startLine: Number(first), endLine: Number(last ?? first) }));
    if (!citation || startsInsideWord(whole, match.index)) continue;
    const given = { class: "link citation", role: "link", label: t("Open {0}", written), click: () => goTo(citation) };
    nodes.push(whole.slice(end, match.index), button(given, written));
    end = match.index + written.length;
  }
  if (nodes.length > 0) text.replaceWith(...nodes, whole.slice(end));
}

/** A path may be the end of a longer one, which is another file. */
function startsInsideWord(whole: string, index: number): boolean {
  return index > 0 && /[\w/.-]/.test(whole.charAt(index - 1));
}

function keyOf({ path, startLine, endLine }: Pick<Citation, "path" | "startLine" | "endLine">): string {
  return `${path}:${startLine}-${endLine}`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
