// One proposal under review: its files with their two sides, and the decisions that are under way, one after the other.

import * as vscode from "vscode";
import type { PendingFile } from "./hunks";

export const SCHEME = "foreword-review";

/** One file under review: `uri` is the file's own; on the right, the hunk `fitting[i]` begins at `lines[i]`. */
export interface Side {
  file: PendingFile;
  uri: vscode.Uri;
  text: string;
  fitting: readonly number[];
  lines: readonly number[];
}

export class Proposal {
  readonly sides = new Map<string, Side>();
  readonly tally = { accepted: 0, rejected: 0 };
  /** Whether a file has changed since the right sides were computed. */
  isStale = false;
  private underWay = 0;
  private last: Promise<unknown> = Promise.resolve();

  constructor(readonly id: string) {}

  /** One after the other: what is accepted must have left before the rest is placed anew. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    const done = this.last.then(work).finally(() => (this.underWay -= 1));
    this.last = done.catch(() => undefined);
    return done;
  }

  get isBusy(): boolean {
    return this.underWay > 0;
  }

  get files(): PendingFile[] {
    return [...this.sides.values()].map(({ file }) => file);
  }

  get isSettled(): boolean {
    return this.sides.size === 0;
  }

  /** The undecided hunks of one file, or one of them, or those of all files. */
  part(path?: string, numbers?: readonly number[]): PendingFile[] {
    const files = this.files.filter((file) => path === undefined || file.path === path);
    return numbers === undefined ? files : files.map((file) => ({ ...file, hunks: numbers }));
  }

  /** The path has the file's name, so that the editor knows its language; the rest tells which side it is. */
  addressOf(side: Side): vscode.Uri {
    return vscode.Uri.from({ scheme: SCHEME, path: side.uri.path, query: this.id, fragment: side.file.path });
  }
}
