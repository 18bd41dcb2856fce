// Where a link of an answer may lead: to the web, after the user agreed, or to a file of the workspace. Nothing else is
// a link: no command, no script, no other program's scheme.

export type Link =
  | { kind: "web"; url: string }
  /** A path inside the workspace with forward slashes; the line counts from 1. */
  | { kind: "file"; path: string; line: number; endLine: number };

const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
const LINES = /(?:#L|:L?)(\d{1,7})(?:[-–]L?(\d{1,7}))?$/;

/** What a link's target means; null for one that leads nowhere. */
export function readLink(href: string): Link | null {
  if (/^https?:\/\//i.test(href)) return URL.canParse(href) ? { kind: "web", url: new URL(href).href } : null;
  const lines = LINES.exec(href);
  const path = decoded(href.slice(0, lines?.index ?? href.length).replace(/[#?].*$/s, ""));
  if (path === null || !isInside(path)) return null;
  const line = Number(lines?.[1] ?? 1);
  return { kind: "file", path: path.replace(/^(?:\.\/)+/, ""), line, endLine: Number(lines?.[2] ?? line) };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Judged after decoding: an escaped dot or slash leads out as well as a plain one. */
function isInside(path: string): boolean {
  const isRelative = path !== "" && !/^[/\\]/.test(path) && !SCHEME.test(path) && !hasControls(path);
  return isRelative && !path.split(/[/\\]/).includes("..");
}

function hasControls(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- browsers ignore control characters in a scheme, so they could hide one
  return /[\u0000-\u001f\u007f]/.test(text);
}
