// The Pythons of this workspace, and the server's own: what `findLaunch` asks for, answered by the editor.

import { existsSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { installed } from "./bundled";
import type { Surroundings } from "./launch";
import { probe, systemPythons } from "./python";
import { t } from "../l10n";

/** The part of the Python extension's interface that is used here. */
interface PythonExtension {
  environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(path: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
  };
}

/** `tell` hears the steps of an installation. */
export function surroundings(
  context: vscode.ExtensionContext,
  output: vscode.LogOutputChannel,
  tell: (step: string) => void,
): Surroundings {
  return {
    workspacePythons: async () => [...(await selected()), ...ownEnvironments()],
    probe: (python) => probe(python),
    bundled: (python) => install(context, output, tell, python),
  };
}

async function selected(): Promise<string[]> {
  const extension = vscode.extensions.getExtension<PythonExtension>("ms-python.python");
  if (!extension) return [];
  const { environments } = await extension.activate();
  const path = environments.getActiveEnvironmentPath(vscode.workspace.workspaceFolders?.[0]?.uri);
  const found = await environments.resolveEnvironment(path);
  return found?.executable.uri ? [found.executable.uri.fsPath] : [];
}

function ownEnvironments(): string[] {
  const inside = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.map((folder) => join(folder.uri.fsPath, ".venv", ...inside)).filter((path) => existsSync(path));
}

function install(
  context: vscode.ExtensionContext,
  output: vscode.LogOutputChannel,
  tell: (step: string) => void,
  python: string,
): Promise<string> {
  const shown = { location: vscode.ProgressLocation.Window, title: t("Foreword: setting up its server") };
  return installed({
    wheels: join(context.extensionPath, "wheel"),
    storage: join(context.globalStorageUri.fsPath, "server"),
    candidates: python ? [python] : systemPythons(process.platform),
    platform: process.platform,
    progress: async (work) => {
      await vscode.window.withProgress(shown, (progress) =>
        work((message) => {
          output.info(message);
          progress.report({ message });
          tell(message);
        }),
      );
    },
  });
}
