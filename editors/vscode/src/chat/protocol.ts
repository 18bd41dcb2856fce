// What travels between the chat and the server. It mirrors `lsp/chat/chat_methods.py`; only what the client reads is typed.

export const OPEN = "foreword/chat/open";
export const SEND = "foreword/chat/send";
export const HISTORY = "foreword/chat/history";
export const TRUNCATE = "foreword/chat/truncate";
export const LIST = "foreword/chat/list";
export const RENAME = "foreword/chat/rename";
export const DELETE = "foreword/chat/delete";
export const EXPORT = "foreword/chat/export";

/** The error code of a request that its sender cancelled. */
export const REQUEST_CANCELLED = -32800;

/** The error code of what the server refuses as it stands, such as a chat that is gone. */
export const INVALID_PARAMS = -32602;

export interface Opened {
  chatId: string;
  title: string;
  turns: number;
  /** What was chosen for the chat; empty where the settings decide. */
  model?: string;
  effort?: Effort | "";
}

export const EFFORTS = ["auto", "low", "medium", "high", "xhigh", "max"] as const;
export type Effort = (typeof EFFORTS)[number];

/** Who answers in a chat, and how much is put into it; empty where the settings decide. */
export interface Choice {
  model: string;
  effort: Effort | "";
}

export interface ListedChat {
  chatId: string;
  title: string;
  /** ISO 8601. */
  at: string | null;
  turns: number;
}

export interface Position {
  line: number;
  character: number;
}

/** Lines and characters from 0, as in LSP. */
export interface Range {
  start: Position;
  end: Position;
}

export interface Attachment {
  uri: string;
  range?: Range;
  symbol?: string;
  /** What is no file: its URI then is `foreword-text:` and its name. */
  text?: string;
  /** A picture or a PDF file. Its URI is this client's own (`media.ts`), and the server has no data of it once it is sent. */
  kind?: "image" | "document";
  name?: string;
  mediaType?: string;
  bytes?: number;
}

/** Lines from 1, inclusive. */
export interface Citation {
  path: string;
  uri?: string;
  startLine: number;
  endLine: number;
}

export interface Problem {
  message: string;
  path?: string;
}

export interface ProposedFile {
  path: string;
  uri?: string;
  kind: string;
  diff: string;
  /** It changes what runs on the user's machine. */
  runsHere?: boolean;
}

export interface Proposal {
  proposalId: string;
  files: ProposedFile[];
  problems: Problem[];
  /** What became of it, where the server still knows it. */
  outcome?: Outcome;
}

export type Outcome = "pending" | "applied" | "rejected" | "partly applied";

export interface Receipt {
  /** All that matters of it in one sentence, the same in every front end. */
  summary: string;
  tokens: { fresh: number; write5m: number; write1h: number; read: number; output: number };
  /** US dollars. */
  cost: { total: number; withoutCache: number; saved: number; pricedAs: string; prices: string; estimated: boolean };
  cache: { verdict: string; detail: string; simulated: boolean; file?: string };
  /** What is said of unsaved text is missing in receipts of older releases. */
  freshness: {
    revision: string;
    anchor: string;
    deltaFiles: string[];
    unsaved?: string[];
    unsavedLeftOut?: { path: string; reason: string }[];
  };
  latency: { firstTokenMs: number | null; totalMs: number };
  requests: number;
  requestId: string;
}

/** What helps a question that failed: trusting the workspace, or another API key. */
export type Remedy = "trust" | "key";

export type MessageStatus = "pending" | "done" | "refused" | "failed" | "cancelled" | "interrupted";

/** A message as `foreword/chat/history` gives it; what stands below `attachments` belongs to answers. */
export interface Message {
  id: string;
  role: "user" | "assistant";
  text: string;
  at: string | null;
  status: MessageStatus;
  note?: string;
  /** What helps where it failed; this client's own, from the kind of the error. */
  remedy?: Remedy | undefined;
  attachments?: Attachment[];
  provider?: string;
  model?: string;
  citations?: Citation[];
  receipt?: Receipt;
  proposals?: Proposal[];
  problems?: Problem[];
}

export interface History {
  messages: Message[];
  /** Whether there are earlier ones. */
  more: boolean;
}

/** One value under the partial-result token of a send; `seq` counts from 0 without gaps. */
export type Partial = { seq: number } & Piece;

export type Piece =
  | { kind: "text"; text: string }
  | { kind: "tool"; name: string; line: string }
  | ({ kind: "proposal" } & Proposal)
  | { kind: "receipt"; receipt: Receipt };
