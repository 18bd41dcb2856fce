// The server's page on use and prefix, made fit for a webview: its colours follow the editor's theme, not the system's,
// and its policy lets in what it has and nothing else.

import { createHash } from "node:crypto";

export interface Theme {
  isDark: boolean;
  /** The source that the editor's own styles of a webview come from. */
  source: string;
}

export function reportPage(html: string, theme: Theme): string {
  const themed = html.replaceAll("@media (prefers-color-scheme: dark)", theme.isDark ? "@media all" : "@media not all");
  const style = /<style>([\s\S]*?)<\/style>/.exec(themed)?.[1] ?? "";
  const digest = createHash("sha256").update(style).digest("base64");
  const policy = `default-src 'none'; style-src ${theme.source} 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  return themed.replace(/(<meta http-equiv="Content-Security-Policy" content=")[^"]*(">)/, `$1${policy}$2`);
}
