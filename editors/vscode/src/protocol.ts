// What travels between this client and the server, beyond LSP. It mirrors `lsp/connection/protocol.py`, `lsp/chat/chat_methods.py` and the JSON
// of the commands; only what the client reads is typed.

import type { Outcome } from "./chat/protocol";

export const STATUS = "foreword/status";

/** `foreword/status`, sent by the server whenever something of it changes. */
export interface Status {
  workspace: string;
  index: { done: number; total: number };
  provider: string;
  model: string;
  /** Unix seconds; null while the prefix is cold. */
  warmUntil: number | null;
  /** The share of today's prompt tokens that were read from the cache. */
  hitRatio: number | null;
  /** US dollars. */
  spentToday: number;
  /** The folder that is seen, where it is a part of a larger repository. */
  scope: { folder: string; repository: string } | null;
}

/** `foreword.context/1`. */
export interface Context {
  anchor: { kind: "git" | "snapshot"; commit?: string; digest: string };
  layers: Layer[];
  leftOut: { path: string; reason: string }[];
  notShown: number;
  /** Pinned files, or pins of no file, that do not stand in the base in full. */
  notPinned: { path: string; reason: string }[];
  /** What pinning and unpinning did; only in the answer to that. */
  change?: { pinned: string[]; unpinned: string[]; rebase: boolean; tokens: number; message: string };
  tokens: number;
  budget: number;
  /** Why the budget is this size; empty where it is set. */
  budgetWhy: string;
  minimum: number;
}

export interface Layer {
  name: "instructions" | "base" | "delta";
  digest: string;
  tokens: number;
  /** The time to live of the breakpoint at its end; null without one. */
  breakpoint: string | null;
  /** Whether the provider's cache probably holds it; null for what is not cached. */
  warm: boolean | null;
  /** Until when, in seconds since 1970; null while it is not warm. */
  warmUntil: number | null;
  files: { path: string; form: string; tokens: number; pinned: boolean }[];
}

/** `foreword.why/1`: three lines for a person. */
export interface Why {
  lines: string[];
  request: { id: string; verdict: string } | null;
}

/** The parts of `foreword.edit/1` and `foreword.proposal/1` that both have. */
export interface ProposalResult {
  proposalId: string;
  applied: boolean;
  edits: ProposedFile[];
  problems: { message: string }[];
  /** By path, each hunk as text, in the order of their numbers. */
  hunks: Record<string, string[]>;
  /** By path, the numbers of the hunks that the edit has in it, in the order of their places. */
  fitting: Record<string, number[]>;
  /** By path, the numbers of the hunks that are not decided; `[0]` for a file without parts. */
  pending: Record<string, number[]>;
  outcome: Outcome;
  workspaceEdit?: WireEdit;
}

export interface ProposedFile {
  path: string;
  uri: string;
  /** Where a file that gets another path is now. */
  sourceUri?: string;
  kind: "change" | "create" | "delete" | "rename";
  diff: string;
  /** It changes what runs on the user's machine. */
  runsHere?: boolean;
  applied?: boolean;
}

/** `foreword.proposals/1`. */
export interface Proposals {
  /** `at` is in seconds since 1970; `hunks` says how many are not decided. */
  proposals: { proposalId: string; title: string; at: number; files: { path: string; hunks: number }[] }[];
}

/** An LSP WorkspaceEdit as JSON. */
export interface WireEdit {
  changes?: Record<string, WireTextEdit[]>;
  documentChanges?: WireChange[];
}

export type WireChange =
  | { textDocument: { uri: string; version: number | null }; edits: WireTextEdit[] }
  | { kind: "create" | "delete"; uri: string }
  | { kind: "rename"; oldUri: string; newUri: string };

export interface WireTextEdit {
  range: { start: WirePosition; end: WirePosition };
  newText: string;
}

export interface WirePosition {
  line: number;
  character: number;
}
