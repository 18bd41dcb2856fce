// What the language client is told: how to reach the server, what this client can do, and the user's settings.

import { readFileSync } from "node:fs";
import { connect } from "node:net";
import * as vscode from "vscode";
import type {
  CloseAction,
  ErrorAction,
  ErrorHandler,
  LanguageClientOptions,
  RevealOutputChannelOn,
  ServerOptions,
  StaticFeature,
  StreamInfo,
} from "vscode-languageclient/node";
import { LaunchError, type Choice, type Launch } from "./launch";
import { promptingMiddleware } from "../tasks/prompting";
import { layersSet, serverKeys, valuesSet, withEncoding, type Declared } from "./settings";
import { t } from "../l10n";

const CONNECT_MS = 5_000;
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is of a module that is loaded later
const NEVER: RevealOutputChannelOn.Never = 4;

/** What the client does about a server that ends, or a line that is not understood: nothing, and no message of its own. */
const LEFT_TO_SUPERVISOR: ErrorHandler = {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enums are of a module that is loaded later
  error: () => ({ action: 1 satisfies ErrorAction.Continue, handled: true }),
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- as above
  closed: () => ({ action: 1 satisfies CloseAction.DoNotRestart, handled: true }),
};

/** Says that `foreword/...` notifications are understood. */
export const OWN_METHODS: StaticFeature = {
  fillClientCapabilities: (capabilities) => {
    capabilities.experimental = { ...(capabilities.experimental as object | undefined), foreword: true };
  },
  initialize: () => undefined,
  getState: () => ({ kind: "static" }),
  clear: () => undefined,
};

export function choiceNow(): Choice {
  const set = vscode.workspace.getConfiguration("foreword");
  return {
    tcp: set.get("tcp", ""),
    serverPath: set.get("serverPath", ""),
    python: set.get("python", ""),
    isTrusted: vscode.workspace.isTrusted,
  };
}

/** `environment` comes beside the editor's own; a server that runs already has its own. */
export function serverOptions(launch: Launch, environment: Record<string, string>): ServerOptions {
  if (launch.kind === "tcp") return () => reach(launch.host, launch.port);
  return { command: launch.command, args: launch.args, options: { env: { ...process.env, ...environment } } };
}

export function clientOptions(declared: Declared, output: vscode.LogOutputChannel): LanguageClientOptions {
  const keys = serverKeys(declared);
  const user = vscode.workspace.getConfiguration("foreword");
  return {
    documentSelector: [{ scheme: "file" }],
    outputChannel: output,
    revealOutputChannelOn: NEVER,
    progressOnInitialization: false,
    initializationOptions: {
      keepsTrust: true,
      trusted: vscode.workspace.isTrusted,
      ...tokenOf(user.get("tcp", ""), user.get("tcpTokenFile", "")),
      ...valuesSet(keys.user, (key) => user.inspect(key)),
    },
    errorHandler: LEFT_TO_SUPERVISOR,
    // Who starts the server tells why it failed; the library would show its own words for it.
    initializationFailedHandler: () => false,
    middleware: {
      ...promptingMiddleware(),
      workspace: {
        configuration: ({ items }) =>
          items.map(({ scopeUri }) => {
            const scope = scopeUri ? vscode.Uri.parse(scopeUri) : undefined;
            const set = vscode.workspace.getConfiguration("foreword", scope);
            return layersSet(keys.project, withEncoding((key) => set.inspect(key), vscode.workspace.getConfiguration("files", scope).inspect("encoding")));
          }),
      },
    },
  };
}

/** What a server at a port asks of its clients: the token in the file that it named when it started. */
function tokenOf(address: string, file: string): { token?: string } {
  if (!address) return {};
  if (!file) throw new LaunchError(t("a server at a port serves who shows its token: set foreword.tcpTokenFile to the file that it names"));
  try {
    return { token: readFileSync(file, "utf8").trim() };
  } catch {
    throw new LaunchError(t("the token of the server can't be read from {0}: set foreword.tcpTokenFile to the file that it names", file));
  }
}

function reach(host: string, port: number): Promise<StreamInfo> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const fail = (): void => {
      socket.destroy();
      reject(new LaunchError(t("no server answers at {0}: start one with foreword serve --tcp {0}", `${host}:${port}`)));
    };
    socket.once("error", fail).once("timeout", fail);
    socket.once("connect", () => {
      socket.setTimeout(0);
      resolve({ reader: socket, writer: socket, detached: true });
    });
  });
}
