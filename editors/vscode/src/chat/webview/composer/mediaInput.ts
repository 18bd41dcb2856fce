// Pictures and PDF files that are pasted into the composer, or dropped on the page from outside the editor.

import type { FromPage } from "../../messages";

type Media = Extract<FromPage, { type: "media" }>;

/** Tells of what was pasted; text is pasted as text. */
export function hearPastes(root: HTMLElement, tell: (media: Media) => void): void {
  root.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void tellAll(files, tell);
  });
}

export async function tellAll(files: readonly File[], tell: (media: Media) => void): Promise<void> {
  for (const file of files) {
    const data = encoded(new Uint8Array(await file.arrayBuffer()));
    tell({ type: "media", name: file.name || "picture", mediaType: file.type, data });
  }
}

const CHUNK = 0x8000;

function encoded(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}
