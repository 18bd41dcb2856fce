import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { installed, lastLine, type Places } from "../../src/server/bundled";
import { probe, read, systemPythons } from "../../src/server/python";

const made: string[] = [];
after(() => Promise.all(made.map((folder) => rm(folder, { recursive: true }))));

/** A program that says what a Python of this version says, and makes environments in which pip writes down its order. */
function python(version: string, pip = 'echo "$@" >> "$(dirname "$0")/orders"'): string {
  return `#!/bin/sh
case "$1 $2" in
  "-c "*) echo "${version} 0" ;;
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  "-m pip") ${pip} ;;
esac
`;
}

async function places(script: string, wheel = "foreword-0.1.0-py3-none-any.whl"): Promise<Places & { steps: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), "foreword-bundled-"));
  const steps: string[] = [];
  made.push(folder);
  await mkdir(join(folder, "wheel"));
  if (wheel) await writeFile(join(folder, "wheel", wheel), "");
  await writeFile(join(folder, "python"), script);
  await chmod(join(folder, "python"), 0o755);
  return {
    wheels: join(folder, "wheel"),
    storage: join(folder, "storage"),
    candidates: [join(folder, "none"), join(folder, "python")],
    platform: "linux",
    progress: (work) => work((step) => void steps.push(step)),
    steps,
  };
}

test("the wheel is installed once, into an environment of its own", async () => {
  const here = await places(python("3 11"));
  const first = await installed(here);
  assert.equal(first, join(here.storage, "foreword-0.1.0-py3-none-any", "bin", "python"));
  assert.equal(here.steps.length, 2);
  const orders = join(here.storage, "foreword-0.1.0-py3-none-any", "bin", "orders");
  assert.match(await readFile(orders, "utf8"), /pip install .*foreword-0\.1\.0-py3-none-any\.whl/);
  assert.equal(await installed(here), first);
  assert.equal(here.steps.length, 2);
});

test("a Python that is too old is named, with the version that is needed", async () => {
  const here = await places(python("3 9"));
  await assert.rejects(installed(here), /needs Python 3\.11 or newer and found only: .*python is 3\.9\. Install one/);
});

test("without any Python the message says so", async () => {
  const here = await places("");
  await assert.rejects(installed({ ...here, candidates: ["/nowhere/python"] }), /found none/);
});

test("a build without a wheel says what to do instead", async () => {
  await assert.rejects(installed(await places(python("3 11"), "")), /set foreword\.serverPath/);
});

test("an installation that fails is begun anew the next time, and says what pip said last", async () => {
  const here = await places(python("3 11", "echo first >&2; echo 'no such host' >&2; exit 1"));
  await assert.rejects(installed(here), /could not install the server .*: no such host/);
  assert.ok(!existsSync(join(here.storage, "foreword-0.1.0-py3-none-any", "complete")));
  await assert.rejects(installed(here), /no such host/);
});

test("a real Python tells its version, and a missing one nothing", async () => {
  assert.equal((await probe("python3"))?.version[0], 3);
  assert.equal(await probe("/nowhere/python"), undefined);
});

test("what is no answer of a Python is none", () => {
  assert.deepEqual(read("3 12 1\n"), { version: [3, 12], hasServer: true });
  assert.equal(read("Python was not found"), undefined);
});

test("newer Pythons are tried by their names, where systems have such names", () => {
  assert.ok(systemPythons("linux").includes("python3.11"));
  assert.ok(!systemPythons("win32").includes("python3.11"));
});

test("an error without output of a tool is told by its message", () => {
  assert.equal(lastLine(new Error("ENOENT")), "ENOENT");
});
