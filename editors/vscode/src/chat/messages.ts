// What the extension and the page of the chat view say to each other.

import type { Attachment, ListedChat, Message, Outcome, Piece, Proposal, Remedy } from "./protocol";

export interface Asked {
  words: string;
  choices: string[];
}

/** An answer that is under way, as far as it has come. */
export interface Running {
  /** What the server wants to know before it goes on. */
  asked?: Asked | undefined;
  question: string;
  attachments: Attachment[];
  text: string;
  tools: string[];
  proposals: Proposal[];
}

/** The chat that is to be seen; without an id nothing was said yet. */
export interface ShownChat {
  chatId: string | null;
  title: string;
  messages: Message[];
  more: boolean;
  running: Running | null;
}

export type ToPage =
  | { type: "show"; chat: ShownChat }
  | { type: "chats"; chats: ListedChat[] }
  | { type: "renamed"; title: string }
  | { type: "earlier"; messages: Message[]; more: boolean }
  /** A question was asked; its chat may not be open yet, and be new. */
  | { type: "begun"; chatId: string | null; title: string; running: Running }
  | { type: "opened"; chatId: string }
  /** What the answer waits for: an installation, the index. */
  | { type: "step"; words: string }
  | { type: "piece"; piece: Piece }
  | { type: "asked"; asked: Asked }
  /** How a turn ended: its question, and its answer if there is something of it. */
  | { type: "ended"; messages: Message[] }
  | { type: "attached"; attachment: Attachment }
  | { type: "suggestions"; query: string; suggestions: Suggestion[] }
  | { type: "decided"; proposalId: string; words: string; outcome: Outcome }
  /** With `again`, the page may ask for everything once more. */
  | { type: "problem"; words: string; again?: boolean }
  /** Who answers in the chat that is shown, `title` says more; and where the window has several folders, what a new chat is about. */
  | { type: "model"; words: string; title: string; about: string }
  | { type: "focus"; draft?: string };

export type AttachWhat = "file" | "selection" | "symbol" | "pick" | "problems" | "changes" | "staged" | "terminal" | "media" | "here";

/** What an @ in a question can mean: an attachment, or where the editor gets one from. */
export interface Suggestion {
  label: string;
  detail: string;
  attachment?: Attachment;
  what?: AttachWhat;
}

export type FromPage =
  | { type: "ready" }
  /** With `from`, the question of that id and all after it are dropped first. */
  | { type: "send"; text: string; attachments: Attachment[]; from?: string }
  | { type: "stop" }
  /** The answer to what was asked; undecided where it is none of the choices. */
  | { type: "choose"; choice: string }
  | { type: "remedy"; remedy: Remedy }
  | { type: "new" }
  | { type: "list" }
  | { type: "open"; chatId: string }
  /** What the user wants to do with a chat of the list; the extension asks for what it needs to know. */
  | { type: "manage"; what: "rename" | "delete" | "export"; chatId: string; title: string }
  | { type: "earlier"; before: string }
  | { type: "attach"; what: AttachWhat }
  | { type: "complete"; query: string }
  | { type: "drop"; uris: string[] }
  /** A picture or a PDF file that was pasted or dropped; `data` is in base64. */
  | { type: "media"; name: string; mediaType: string; data: string }
  | { type: "chooseModel" }
  | { type: "chooseFolder" }
  | { type: "copy"; text: string }
  | { type: "insert"; text: string }
  /** Code of an answer is to become an edit of the file that is open. */
  | { type: "fit"; code: string }
  | { type: "link"; href: string }
  | { type: "place"; uri: string; line: number; endLine: number }
  | { type: "review"; proposalId: string }
  | { type: "apply"; proposalId: string }
  | { type: "undo"; proposalId: string };
