// An edit of a text as whole lines: those that would go, and those that would come in their place.

import type { WireTextEdit } from "../protocol";

/** Lines `first` to `last` (from 0, exclusive) become `added`; where none go, they come before line `first`. */
export interface LineChange {
  first: number;
  last: number;
  added: string[];
}

const END = /\r\n|\n|\r/;

export function lineChange(text: string, { range, newText }: WireTextEdit): LineChange {
  const lines = text.split(END);
  const { start, end } = range;
  const before = (lines[start.line] ?? "").slice(0, start.character);
  const after = (lines[end.line] ?? "").slice(end.character);
  const old = lines.slice(start.line, end.line + 1);
  const added = (before + newText + after).split(END);
  const same = (at: number): boolean => old[at] === added[at];
  let head = 0;
  while (head < old.length && head < added.length && same(head)) head += 1;
  let tail = 0;
  const isSameAtEnd = (): boolean => old[old.length - 1 - tail] === added[added.length - 1 - tail];
  while (tail < old.length - head && tail < added.length - head && isSameAtEnd()) tail += 1;
  return { first: start.line + head, last: start.line + old.length - tail, added: added.slice(head, added.length - tail) };
}

/** Code in Markdown, whatever marks are in it. */
export function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([marks]) => marks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}
