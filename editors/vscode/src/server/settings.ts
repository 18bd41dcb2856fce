// Settings on their way to the server: only what the user set, so that the project's own file and the server's defaults
// count for the rest.

/** A setting as the editor knows it: its values by who set them. */
export interface Inspected {
  globalValue?: unknown;
  workspaceValue?: unknown;
  workspaceFolderValue?: unknown;
}

/** The part of `package.json` that declares the settings. */
export type Declared = Record<string, { scope?: string }>;

const SECTION = "foreword.";
/** Settings of this client, which the server does not know. */
const OWN = new Set(["serverPath", "python", "tcp", "tcpTokenFile", "trace.server"]);
/** In an editor's settings, a key can't stand above others (`model` above `model.url`). */
const SERVERS_NAMES: Readonly<Record<string, string>> = { "model.name": "model" };

/** The server's settings by who may set them: those of a project, and those of the user alone (a scope that no workspace has). */
export function serverKeys(declared: Declared): { project: string[]; user: string[] } {
  const known = Object.entries(declared)
    .map(([name, { scope }]) => ({ key: name.slice(SECTION.length), isUsers: scope === "machine" || scope === "application" }))
    .filter(({ key }) => !OWN.has(key));
  return {
    project: known.filter(({ isUsers }) => !isUsers).map(({ key }) => key),
    user: known.filter(({ isUsers }) => isUsers).map(({ key }) => key),
  };
}

/** The values that a project may set: the user's own, and under `project` those of the workspace, which may raise costs within bounds only. */
export function layersSet(keys: readonly string[], inspect: (key: string) => Inspected | undefined): Record<string, unknown> {
  const user = valuesSet(keys, (key) => ({ globalValue: inspect(key)?.globalValue }));
  const project = valuesSet(keys, (key) => ({ ...inspect(key), globalValue: undefined }));
  return { ...user, project };
}

const ENCODING = "context.encoding";

/** The same where `context.encoding` that is not set has the value of the editor's own setting `files.encoding`. */
export function withEncoding(
  inspect: (key: string) => Inspected | undefined,
  editors: Inspected | undefined,
): (key: string) => Inspected | undefined {
  return (key) => {
    const at = inspect(key);
    if (key !== ENCODING) return at;
    const isSet = [at?.workspaceFolderValue, at?.workspaceValue, at?.globalValue].some(Boolean);
    return isSet ? at : editors;
  };
}

/** The values that were set, by the server's dotted keys; the narrowest scope wins. */
export function valuesSet(
  keys: readonly string[],
  inspect: (key: string) => Inspected | undefined,
): Record<string, unknown> {
  const found = keys.map((key) => {
    const at = inspect(key);
    return [SERVERS_NAMES[key] ?? key, at?.workspaceFolderValue ?? at?.workspaceValue ?? at?.globalValue] as const;
  });
  return Object.fromEntries(found.filter(([, value]) => value !== undefined && value !== null));
}
