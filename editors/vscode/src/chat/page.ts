// The page of the chat view: a frame for its script and its style, and what it may load, which is these two.

import { randomBytes } from "node:crypto";

export interface PageSources {
  script: string;
  style: string;
  /** The origin of the extension's own files. */
  origin: string;
}

export function pageHtml({ script, style, origin }: PageSources): string {
  const nonce = randomBytes(16).toString("base64");
  const policy = `default-src 'none'; style-src ${origin}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<link rel="stylesheet" href="${style}">
<title>Foreword Chat</title>
</head>
<body>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
