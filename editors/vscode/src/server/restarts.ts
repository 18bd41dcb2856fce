// How often a server that ends is started again: after pauses that grow, and not without end.

/** Milliseconds before each restart; one that ends more often stays down until the user asks for it. */
const PAUSES_MS = [300, 1_000, 2_000, 4_000, 8_000];
/** Ends that are longer ago do not count any more. */
const WINDOW_MS = 3 * 60_000;

export class Restarts {
  private ends: number[] = [];

  /** The server has ended at this time: how long to wait before it is started again; undefined to leave it. */
  pauseAfter(now: number): number | undefined {
    this.ends = [...this.ends.filter((at) => now - at < WINDOW_MS), now];
    return PAUSES_MS[this.ends.length - 1];
  }

  /** The user asks for a server: what happened before does not count. */
  forget(): void {
    this.ends = [];
  }

  get count(): number {
    return this.ends.length;
  }
}
