// Which chat is shown, in a file of the extension's own storage. The editor's memory for extensions does not do for it:
// in a browser that is written late, and a window that is loaded anew right after a question would show another chat.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ShownChatStore } from "./chatController";

/**
 * The store of one workspace in a folder for all of them. The storage of the workspace itself is no such folder: a window
 * that is loaded anew gets another one while the old window still holds the lock on it.
 *
 * Without a workspace, it lasts as long as the window.
 */
export function shownChatStoreIn(folder: string, workspace: string | undefined): ShownChatStore {
  const file = workspace === undefined ? undefined : join(folder, createHash("sha256").update(workspace).digest("hex").slice(0, 16));
  let shown = file === undefined ? undefined : read(file);
  return {
    get: () => shown,
    set: (chatId) => {
      shown = chatId;
      if (file !== undefined) write(file, chatId);
    },
  };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}

/** A storage that can't be written costs a click on the list of chats, after a restart: no reason to refuse a question. */
function write(file: string, chatId: string | undefined): void {
  try {
    if (chatId === undefined) return rmSync(file, { force: true });
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, chatId);
  } catch {
    return;
  }
}
