// The page of the chat view: a frame for its script and its style, and what it may load, which is these two.

import { randomBytes } from "node:crypto";
import type { Bundle } from "../l10n";

export interface PageSources {
  script: string;
  style: string;
  /** The origin of the extension's own files. */
  origin: string;
  /** The texts of the page in another language than English, and which that is. */
  texts?: Bundle | undefined;
  language?: string;
}

export function pageHtml({ script, style, origin, texts, language = "en" }: PageSources): string {
  const nonce = randomBytes(16).toString("base64");
  const policy = `default-src 'none'; style-src ${origin}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${texts ? language : "en"}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<link rel="stylesheet" href="${style}">
<title>Foreword Chat</title>
</head>
<body${texts ? ` data-texts="${escaped(JSON.stringify(texts))}"` : ""}>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
