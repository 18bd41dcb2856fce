// The chat's connection to the server: requests that an AbortSignal cancels, notifications, progress.

import * as vscode from "vscode";
import type { Server } from "../../server/server";
import type { Partial } from "../protocol";

export interface Connection {
  request<R>(method: string, params: object, signal?: AbortSignal): Promise<R>;
  /** Hears the partial results under a token, until disposed. */
  progress(token: string, listener: (value: Partial) => void): Promise<{ dispose(): void }>;
}

export function connectionTo(server: Server): Connection {
  return {
    async request<R>(method: string, params: object, signal?: AbortSignal): Promise<R> {
      if (!signal) return server.sendRequest<R>(method, params);
      const source = new vscode.CancellationTokenSource();
      const cancel = (): void => source.cancel();
      if (signal.aborted) cancel();
      signal.addEventListener("abort", cancel);
      try {
        return await server.sendRequest<R>(method, params, source.token);
      } finally {
        signal.removeEventListener("abort", cancel);
        source.dispose();
      }
    },
    progress: (token, listener) => server.onProgress<Partial>(token, listener),
  };
}
