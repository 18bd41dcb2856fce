// One server for this window: started when it is first needed, started again when it ends, told about to those who listen.
//
// Nothing happens in the constructor: `ready` starts it, and so does every request. The language client, which is most of
// this extension's code, is loaded no earlier than that. It never restarts a server itself: this is the one supervisor.

import * as vscode from "vscode";
import type { CancellationToken, Disposable, Event } from "vscode";
import type {
  LanguageClient,
  LanguageClientOptions,
  ServerOptions,
  ShowMessageRequestParams,
  StaticFeature,
} from "vscode-languageclient/node";
import { STATUS, type Status } from "../protocol";
import { Restarts } from "./restarts";
import { t } from "../l10n";

export type Phase = "stopped" | "starting" | "running" | "failed";

/** Finds how to run the server; it may take long (an installation), and says why it can't. */
export type Launcher = () => Promise<ServerOptions>;

/** What the server wants to know of the user; the last of the choices is the one that costs and sends nothing. */
export interface ServerQuestion {
  words: string;
  choices: string[];
}

/** The server ended while it was asked something. The user hears of that once, from the supervisor. */
export class ServerEnded extends Error {
  constructor() {
    super(t("the server ended before it answered, and was started again: ask once more"));
  }
}

class StartEnded extends Error {
  constructor(cause: unknown) {
    super(t("the server ended as it started: its output says why"), { cause });
  }
}

/** `PendingResponseRejected`, `ConnectionInactive` and `MessageWriteError` of the protocol's library. */
const ENDED_CODES: readonly unknown[] = [-32097, -32096, -32099];
const STOP_MS = 5_000;
const START_PAUSE_MS = 300;

export class Server implements Disposable {
  private client: LanguageClient | undefined;
  private starting: Promise<LanguageClient> | undefined;
  private readonly statuses = new vscode.EventEmitter<Status>();
  private readonly phases = new vscode.EventEmitter<Phase>();
  private readonly restarts = new Restarts();
  private readonly ended = new vscode.EventEmitter<void>();
  private newest = new Map<string, Status>();
  private current: Phase = "stopped";
  private problem = "";
  /** Counts what was wanted: a start that comes late, after a stop, is no start. */
  private generation = 0;

  /** `foreword/status` of any folder of the workspace. */
  readonly onStatus: Event<Status> = this.statuses.event;
  readonly onPhase: Event<Phase> = this.phases.event;
  /** The server ended of itself, and is started again. */
  readonly onEnd: Event<void> = this.ended.event;

  constructor(
    private readonly launch: Launcher,
    private readonly options: () => LanguageClientOptions,
    private readonly features: readonly StaticFeature[],
    /** Answers `window/showMessageRequest`: a message of the editor's own would hide itself, and leave the server waiting. */
    private readonly answer: (question: ServerQuestion) => Promise<string | undefined>,
    readonly output: vscode.LogOutputChannel,
  ) {}

  /** What was last told about the folder, or about the one that was told of last. */
  status(folder?: string): Status | undefined {
    return (folder === undefined ? undefined : this.newest.get(folder)) ?? [...this.newest.values()].at(-1);
  }

  get phase(): Phase {
    return this.current;
  }

  /** Why the server does not run, in one line; empty unless it failed. */
  get failure(): string {
    return this.problem;
  }

  /** Starts the server unless it runs; rejects with a message for the user. */
  ready(): Promise<LanguageClient> {
    if (this.current === "failed" && !this.starting) this.restarts.forget();
    this.starting ??= this.start(0, 1);
    return this.starting;
  }

  /** Sends a request, when the server is ready; a cancelled token sends `$/cancelRequest`. */
  async sendRequest<R>(method: string, params: unknown, token?: CancellationToken): Promise<R> {
    const client = await this.ready();
    try {
      return await (token ? client.sendRequest<R>(method, params, token) : client.sendRequest<R>(method, params));
    } catch (error) {
      throw hasEnded(error) || client !== this.client ? new ServerEnded() : error;
    }
  }

  /** Sends a notification; to a server that does not run, there is nothing to tell. */
  async sendNotification(method: string, params: unknown): Promise<void> {
    if (this.client?.isRunning()) await this.client.sendNotification(method, params);
  }

  /** Runs one of the server's commands, such as `foreword.context`, with its one argument object. */
  execute<R>(command: string, argument: object = {}, token?: CancellationToken): Promise<R> {
    return this.sendRequest<R>("workspace/executeCommand", { command, arguments: [argument] }, token);
  }

  /** Hears the `$/progress` of a token (a work-done token or a partial-result token) until disposed. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- who listens knows what the token brings
  async onProgress<T>(token: string | number, listener: (value: T) => void): Promise<Disposable> {
    const client = await this.ready();
    const { ProgressType } = await import("vscode-languageclient/node");
    return client.onProgress(new ProgressType<T>(), token, listener);
  }

  /** Ends the server, if it runs, and starts a new one. */
  async restart(): Promise<void> {
    await this.stop();
    this.restarts.forget();
    await this.ready();
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.generation += 1;
    this.client = this.starting = undefined;
    this.newest.clear();
    this.enter("stopped");
    await this.discard(client);
  }

  dispose(): void {
    void this.stop();
    this.statuses.dispose();
    this.phases.dispose();
    this.ended.dispose();
  }

  /** `chances` is how often a server that ends as it starts is tried again. */
  private async start(pauseMs: number, chances: number): Promise<LanguageClient> {
    const generation = ++this.generation;
    this.enter("starting");
    try {
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (generation !== this.generation) throw new vscode.CancellationError();
      return await this.connect(generation);
    } catch (error) {
      if (generation === this.generation) {
        const pause = this.pauseAfter(error, chances);
        if (pause !== undefined) return this.start(pause, chances - 1);
        this.fail(error instanceof Error ? error.message : String(error));
      }
      throw error;
    }
  }

  /** How long to wait after a start that failed; undefined to leave it at that. */
  private pauseAfter(error: unknown, chances: number): number | undefined {
    // One that ran before has its chances counted with its ends; what killed a first one may be gone, what it lacks is not.
    if (this.restarts.count > 0) return this.restarts.pauseAfter(Date.now());
    return error instanceof StartEnded && chances > 0 ? START_PAUSE_MS : undefined;
  }

  private async connect(generation: number): Promise<LanguageClient> {
    const [{ LanguageClient, State }, options] = [await import("vscode-languageclient/node"), await this.launch()];
    if (generation !== this.generation) throw new vscode.CancellationError();
    const client = new LanguageClient("foreword", "Foreword", options, this.options());
    this.client = client;
    // What the library shows by itself is told here already, once and in words.
    const log = client.error.bind(client);
    client.error = (message, data) => log(message, data, false);
    client.registerFeatures([...this.features]);
    client.onNotification(STATUS, (status: Status) => this.tell(status));
    client.onRequest("window/showMessageRequest", async ({ message, actions = [] }: ShowMessageRequestParams) => {
      const chosen = await this.answer({ words: message.replace(/^Foreword: /, ""), choices: actions.map(({ title }) => title) });
      return chosen === undefined ? null : { title: chosen };
    });
    client.onDidChangeState(({ newState }) => {
      if (client !== this.client) return;
      if (newState === State.Running) this.enter("running");
      if (newState === State.Stopped && this.current === "running") this.recover(client);
    });
    try {
      await client.start();
    } catch (error) {
      await this.discard(client);
      throw hasEnded(error) ? new StartEnded(error) : error;
    }
    return client;
  }

  /** The server has ended of itself: the next one starts after a pause, and requests wait for it. */
  private recover(client: LanguageClient): void {
    const pause = this.restarts.pauseAfter(Date.now());
    this.client = undefined;
    this.newest.clear();
    void this.discard(client);
    if (pause === undefined) {
      this.fail(t("the server ended {0} times within minutes: see its output", this.restarts.count));
      return;
    }
    this.output.warn(`the server has ended; it starts again in ${pause} ms`);
    if (this.restarts.count === 1) this.ended.fire();
    this.starting = this.start(pause, 0);
    this.starting.catch(() => undefined);
  }

  /** Leaves nothing of a client behind, whatever state it is in: no command, no listener, no process. */
  private async discard(client: LanguageClient | undefined): Promise<void> {
    if (!client) return;
    const { pid } = client.serverProcess ?? {};
    try {
      await client.dispose(STOP_MS);
    } catch (error) {
      this.output.warn(error instanceof Error ? error.message : String(error));
      if (pid !== undefined) endProcess(pid);
    }
  }

  private fail(problem: string): void {
    this.client = this.starting = undefined;
    this.problem = problem;
    this.output.error(problem);
    this.enter("failed");
  }

  private tell(status: Status): void {
    this.newest.delete(status.workspace);
    this.newest.set(status.workspace, status);
    this.statuses.fire(status);
  }

  private enter(phase: Phase): void {
    if (phase !== "failed") this.problem = "";
    this.current = phase;
    this.phases.fire(phase);
  }
}

function hasEnded(error: unknown): boolean {
  const code = typeof error === "object" && error !== null ? (error as { code?: unknown }).code : undefined;
  return ENDED_CODES.includes(code);
}

function endProcess(pid: number): void {
  try {
    process.kill(pid);
  } catch {
    return; // it is gone
  }
}
