// What an attachment is called.

import type { Attachment } from "../../protocol";

/** The file's name, and the lines or the symbol of it. */
export function attachmentLabel({ uri, range, symbol }: Attachment): string {
  const name = fileName(uri);
  if (symbol) return `${name} ${symbol}`;
  if (!range) return name;
  const first = range.start.line + 1;
  // A selection that ends before the first character of a line stops short of that line.
  const last = Math.max(first, range.end.line + (range.end.character > 0 ? 1 : 0));
  return first === last ? `${name}:${first}` : `${name}:${first}-${last}`;
}

export function isSame(one: Attachment, other: Attachment): boolean {
  return one.uri === other.uri && attachmentLabel(one) === attachmentLabel(other);
}

function fileName(uri: string): string {
  const name = uri.replace(/[#?].*$/s, "").split("/").at(-1) ?? uri;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
