// Pictures and PDF files that go with a question. The page, which is thrown away whenever it is hidden, has their names
// alone; their data stays here as long as the window, and is put in when the question is sent.

import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import type { Attachment, Message } from "./protocol";
import { t } from "../l10n";

/** The most that any provider takes of one, in bytes. */
export const MAX_BYTES = 10_000_000;
const SCHEME = "foreword-media:";
const TYPES: Readonly<Record<string, string>> = {
  ".gif": "image/gif",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".webp": "image/webp",
};

/** The names of files that can be attached so, without the dot. */
export const EXTENSIONS = Object.keys(TYPES).map((ending) => ending.slice(1));

/** What was pasted, dropped or chosen: its data in base64. */
export interface Media {
  name: string;
  mediaType: string;
  data: string;
}

export class MediaStore {
  private readonly data = new Map<string, string>();

  /** An attachment without the data; or why it can't be one. */
  add({ name, mediaType, data }: Media): Attachment | string {
    const kind = kindOf(mediaType);
    const bytes = Math.floor((data.length * 3) / 4);
    if (kind === undefined) return t("{0} can't be attached: pictures (PNG, JPEG, GIF, WebP) and PDF files can", name);
    if (bytes > MAX_BYTES) return t("{0} is too large to attach ({1} MB; {2} MB at most)", name, megabytes(bytes), megabytes(MAX_BYTES));
    const uri = uriOf(name, data.length);
    this.data.set(uri, data);
    return { uri, kind, name, mediaType, bytes };
  }

  /** A file that the user chose, in the workspace or anywhere else. */
  async read(path: string): Promise<Attachment | string> {
    const mediaType = TYPES[extname(path).toLowerCase()] ?? "";
    return this.add({ name: basename(path), mediaType, data: (await readFile(path)).toString("base64") });
  }

  /** The attachments as the server takes them. Data that went with an earlier window is missing. */
  filled(attachments: readonly Attachment[]): object[] {
    return attachments.map((attachment) => {
      const { uri, kind, name, mediaType } = attachment;
      if (kind === undefined) return attachment;
      const data = this.data.get(uri);
      if (data === undefined) throw new Error(t("{0} was attached in another window: attach it again", name ?? t("a picture")));
      return { kind, name, mediaType, data };
    });
  }
}

/** Messages whose attachments all have URIs; the server tells those of media by their names and sizes. */
export function named(messages: readonly Message[]): Message[] {
  return messages.map((message) =>
    message.attachments ? { ...message, attachments: message.attachments.map(withUri) } : message,
  );
}

function withUri(attachment: Attachment): Attachment {
  const { kind, name = "", bytes = 0 } = attachment;
  return kind === undefined ? attachment : { ...attachment, uri: uriOf(name, Math.ceil(bytes / 3) * 4) };
}

/** The same for what was attached and for what the server tells of it afterwards: `length` is that of the data. */
function uriOf(name: string, length: number): string {
  return `${SCHEME}${encodeURIComponent(name)}?${length}`;
}

function kindOf(mediaType: string): "image" | "document" | undefined {
  if (!Object.values(TYPES).includes(mediaType)) return undefined;
  return mediaType === "application/pdf" ? "document" : "image";
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(0);
}
