// What an attachment is called.

import type { Attachment } from "../../protocol";

/** The file's name, and the lines or the symbol of it. */
export function attachmentLabel({ uri, range, symbol, kind, name: given = "", bytes = 0 }: Attachment): string {
  if (kind) return `${given || kind} (${sizeOf(bytes)})`;
  if (uri.startsWith(TEXT_SCHEME)) return decoded(uri.slice(TEXT_SCHEME.length));
  const name = fileName(uri);
  if (symbol) return `${name} ${symbol}`;
  if (!range) return name;
  const first = range.start.line + 1;
  // A selection that ends before the first character of a line stops short of that line.
  const last = Math.max(first, range.end.line + (range.end.character > 0 ? 1 : 0));
  return first === last ? `${name}:${first}` : `${name}:${first}-${last}`;
}

function sizeOf(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1_000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function isSame(one: Attachment, other: Attachment): boolean {
  return one.uri === other.uri && attachmentLabel(one) === attachmentLabel(other);
}

/** How the URI of what is no file begins; its name follows. */
const TEXT_SCHEME = "foreword-text:";

function fileName(uri: string): string {
  return decoded(uri.replace(/[#?].*$/s, "").split("/").at(-1) ?? uri);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
