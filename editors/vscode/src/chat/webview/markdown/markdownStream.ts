// Markdown that arrives in pieces. Blocks that can't change any more are settled and left alone; only what comes after
// them is read and made again, at most once a frame, so that the cost of a piece does not grow with the answer.

import { blockNode, readBlocks, type Block, type BlockActions } from "./blocks";
import { CodeBlock } from "./codeBlock";

/** Runs something at the next frame. */
export type Schedule = (run: () => void) => void;

export class MarkdownStream {
  /** The source of what is not settled. */
  private tail = "";
  private loose: HTMLElement[] = [];
  private growing: CodeBlock | null = null;
  private isScheduled = false;
  private isFinished = false;
  private whole = "";

  constructor(
    private readonly root: HTMLElement,
    private readonly actions: BlockActions,
    private readonly schedule: Schedule,
    private readonly drawn: () => void = () => undefined,
  ) {}

  /** All of the text so far. */
  get text(): string {
    return this.whole;
  }

  append(text: string): void {
    this.whole += text;
    this.tail += text.replaceAll("\r\n", "\n");
    if (this.isScheduled) return;
    this.isScheduled = true;
    this.schedule(() => {
      this.isScheduled = false;
      if (!this.isFinished) this.draw();
    });
  }

  /** The text is whole; where it is not what was streamed, all of it is made again. */
  finish(text: string): void {
    if (text !== this.whole) {
      this.whole = text;
      this.tail = text.replaceAll("\r\n", "\n");
      this.root.replaceChildren();
      this.loose = [];
    }
    this.isFinished = true;
    this.replaceLoose([]);
    for (const block of readBlocks(this.tail)) this.add(block);
    this.tail = "";
    this.drawn();
  }

  private draw(): void {
    const blocks = readBlocks(this.tail);
    const n = settledCount(blocks);
    if (n > 0) {
      this.replaceLoose([]);
      for (const block of blocks.slice(0, n)) this.add(block);
      this.tail = this.tail.slice(blocks.slice(0, n).reduce((sum, block) => sum + block.raw.length, 0));
    }
    this.drawLoose(blocks.slice(n).filter((block) => block.type !== "space"));
    this.drawn();
  }

  private add(block: Block): void {
    const node = blockNode(block, this.actions);
    if (node) this.root.append(node);
  }

  private drawLoose(blocks: Block[]): void {
    const [only] = blocks;
    if (blocks.length === 1 && only?.type === "code") return this.drawCode(only.text, only.lang ?? "");
    const nodes = blocks.map((block) => blockNode(block, this.actions)).filter((node) => node !== null);
    this.replaceLoose(nodes);
  }

  private drawCode(code: string, language: string): void {
    if (this.growing?.grow(code, language)) return;
    const growing = new CodeBlock(code, language, this.actions);
    this.replaceLoose([growing.root]);
    this.growing = growing;
  }

  private replaceLoose(nodes: HTMLElement[]): void {
    for (const node of this.loose) node.remove();
    this.root.append(...nodes);
    this.loose = nodes;
    this.growing = null;
  }
}

/**
 * How many blocks can't change any more: those before a block that has a whole line by now. A line in the making may yet
 * belong to the block before it, as the first blank of an indented line does in a list.
 */
function settledCount(blocks: readonly Block[]): number {
  for (let n = blocks.length - 1; n > 0; n--) {
    const block = blocks[n];
    const isLine = n < blocks.length - 1 || block?.raw.includes("\n");
    if (isLine && block?.type !== "space") return n;
  }
  return 0;
}
