// One server for this window: started when it is first needed, restarted on command, told about to those who listen.
//
// Nothing happens in the constructor: `ready` starts it, and so does every request. The language client, which is most of
// this extension's code, is loaded no earlier than that.

import * as vscode from "vscode";
import type { CancellationToken, Disposable, Event } from "vscode";
import type { LanguageClient, LanguageClientOptions, ServerOptions, StaticFeature } from "vscode-languageclient/node";
import { STATUS, type Status } from "../protocol";

export type Phase = "stopped" | "starting" | "running" | "failed";

/** Finds how to run the server; it may take long (an installation), and says why it can't. */
export type Launcher = () => Promise<ServerOptions>;

export class Server implements Disposable {
  private client: LanguageClient | undefined;
  private starting: Promise<LanguageClient> | undefined;
  private readonly statuses = new vscode.EventEmitter<Status>();
  private readonly phases = new vscode.EventEmitter<Phase>();
  private newest: Status | undefined;
  private current: Phase = "stopped";
  private problem = "";

  /** `foreword/status` of any folder of the workspace. */
  readonly onStatus: Event<Status> = this.statuses.event;
  readonly onPhase: Event<Phase> = this.phases.event;

  constructor(
    private readonly launch: Launcher,
    private readonly options: () => LanguageClientOptions,
    private readonly features: readonly StaticFeature[],
    readonly output: vscode.LogOutputChannel,
  ) {}

  /** What was last told about the workspace. */
  get status(): Status | undefined {
    return this.newest;
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
    this.starting ??= this.start();
    return this.starting;
  }

  /** Sends a request, when the server is ready; a cancelled token sends `$/cancelRequest`. */
  async sendRequest<R>(method: string, params: unknown, token?: CancellationToken): Promise<R> {
    const client = await this.ready();
    return token ? client.sendRequest<R>(method, params, token) : client.sendRequest<R>(method, params);
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
    await this.ready();
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = this.starting = undefined;
    this.newest = undefined;
    this.enter("stopped");
    if (client?.needsStop()) await client.stop(5_000).catch((error: unknown) => this.output.warn(String(error)));
    await client?.dispose();
  }

  dispose(): void {
    void this.stop();
    this.statuses.dispose();
    this.phases.dispose();
  }

  private async start(): Promise<LanguageClient> {
    this.enter("starting");
    try {
      const { LanguageClient, State } = await import("vscode-languageclient/node");
      const client = new LanguageClient("foreword", "Foreword", await this.launch(), this.options());
      this.client = client;
      client.registerFeatures([...this.features]);
      client.onNotification(STATUS, (status: Status) => this.tell(status));
      const told = new Map<number, Phase>([
        [State.Running, "running"],
        [State.Stopped, "stopped"],
      ]);
      client.onDidChangeState(({ newState }) => this.follow(client, told.get(newState)));
      await client.start();
      return client;
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** The client starts a server that ends again, a few times; what it does is told, not decided here. */
  private follow(client: LanguageClient, phase: Phase | undefined): void {
    if (client !== this.client) return;
    if (phase === "running") this.enter("running");
    if (phase === "stopped" && this.current === "running") this.fail("the server has ended: see its output");
  }

  private fail(problem: string): void {
    this.client = this.starting = undefined;
    this.problem = problem;
    this.output.error(problem);
    this.enter("failed");
  }

  private tell(status: Status): void {
    this.newest = status;
    this.statuses.fire(status);
  }

  private enter(phase: Phase): void {
    if (phase !== "failed") this.problem = "";
    this.current = phase;
    this.phases.fire(phase);
  }
}
