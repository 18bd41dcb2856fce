import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { layersSet, serverKeys, valuesSet, withEncoding, type Declared } from "../../src/server/settings";

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  contributes: { configuration: { properties: Declared } };
};

test("the server gets the keys that it knows, apart by who may set them", () => {
  const { project, user } = serverKeys(manifest.contributes.configuration.properties);
  assert.ok(project.includes("context.budget"));
  assert.ok(project.includes("model.name"));
  assert.ok(user.includes("model.url") && user.includes("limits.day"));
  assert.deepEqual([...project, ...user].filter((key) => ["serverPath", "python", "tcp", "trace.server"].includes(key)), []);
});

test("a value that nobody set is left to the project's file", () => {
  const set = valuesSet(["context.budget", "cache.ttl"], (key) => (key === "cache.ttl" ? { globalValue: "1h" } : {}));
  assert.deepEqual(set, { "cache.ttl": "1h" });
});

test("the narrowest scope wins, and 0 is a value", () => {
  const at = { globalValue: 5, workspaceValue: 3, workspaceFolderValue: 0 };
  assert.deepEqual(valuesSet(["tools.rounds"], () => at), { "tools.rounds": 0 });
});

test("what the workspace sets is told apart from what the user set", () => {
  const at = { globalValue: 5, workspaceValue: 3 };
  const set = layersSet(["tools.rounds", "cache.ttl"], (key) => (key === "cache.ttl" ? { globalValue: "1h" } : at));
  assert.deepEqual(set, { "tools.rounds": 5, "cache.ttl": "1h", project: { "tools.rounds": 3 } });
});

test("the model has another name in the editor", () => {
  assert.deepEqual(valuesSet(["model.name"], () => ({ globalValue: "m" })), { model: "m" });
});

test("the editor's own encoding counts where none is set for the server", () => {
  const editors = { globalValue: "gbk", workspaceFolderValue: "windows1251" };
  const told = (at: object) => layersSet(["context.encoding", "cache.ttl"], withEncoding((key) => (key === "cache.ttl" ? {} : at), editors));
  assert.deepEqual(told({}), { "context.encoding": "gbk", project: { "context.encoding": "windows1251" } });
  assert.deepEqual(told({ globalValue: "big5" }), { "context.encoding": "big5", project: {} });
});
