import assert from "node:assert/strict";
import test from "node:test";
import { findLaunch, isNewEnough, LaunchError, parseAddress, type Choice, type Python, type Surroundings } from "../../src/server/launch";

const NOTHING: Choice = { tcp: "", serverPath: "", python: "", isTrusted: true };
const BUNDLED = "/storage/bin/python";

function machine(pythons: Record<string, Python>, workspace: string[] = Object.keys(pythons)): Surroundings {
  return {
    workspacePythons: () => Promise.resolve(workspace),
    probe: (python) => Promise.resolve(pythons[python]),
    bundled: (python) => Promise.resolve(python ? `${BUNDLED} by ${python}` : BUNDLED),
  };
}

const WITH: Python = { version: [3, 12], hasServer: true };
const WITHOUT: Python = { version: [3, 12], hasServer: false };
const OLD: Python = { version: [3, 9], hasServer: true };

const found: [string, Partial<Choice>, Surroundings, string][] = [
  ["a running server by its address", { tcp: "127.0.0.1:7007", serverPath: "/bin/foreword" }, machine({}), "127.0.0.1:7007"],
  ["a command that is set", { serverPath: "/bin/foreword", python: "/py" }, machine({ "/py": WITH }), "/bin/foreword"],
  ["a Python that is set, with a server", { python: "/py" }, machine({ "/py": WITH }), "/py"],
  ["the bundled server by a Python that is set", { python: "/py" }, machine({ "/py": WITHOUT }), `${BUNDLED} by /py`],
  ["the first Python of the workspace with a server", {}, machine({ "/a": WITHOUT, "/b": OLD, "/c": WITH }), "/c"],
  ["the bundled server where no Python has one", {}, machine({ "/a": WITHOUT }), BUNDLED],
  ["nothing of a workspace that is not trusted", { isTrusted: false }, machine({ "/a": WITH }), BUNDLED],
];
for (const [what, choice, around, expected] of found) {
  test(`the server is ${what}`, async () => {
    const launch = await findLaunch({ ...NOTHING, ...choice }, around);
    assert.equal(launch.kind === "tcp" ? `${launch.host}:${launch.port}` : launch.command, expected);
  });
}

test("a folder of the workspace is never taken for the server", async () => {
  const launch = await findLaunch(NOTHING, machine({ "/a": WITH }));
  assert.deepEqual(launch.kind === "process" && launch.args, ["-P", "-m", "foreword", "serve"]);
});

test("a Python that is set and not there, or too old, is said so", async () => {
  const around = machine({ "/old": OLD });
  await assert.rejects(findLaunch({ ...NOTHING, python: "/none" }, around), /no Python runs there/);
  await assert.rejects(findLaunch({ ...NOTHING, python: "/old" }, around), /a Python 3\.9, and Foreword needs 3\.11/);
});

for (const written of ["7007", "0.0.0.0:7007", "example.org:7007", "127.0.0.1:0", "127.0.0.1:70000", "localhost:7007"]) {
  test(`${written} is no address of a server here`, () => {
    assert.throws(() => parseAddress(written), LaunchError);
  });
}

test("Python 3.11 is new enough, and so is 4.0", () => {
  assert.deepEqual([[3, 10], [3, 11], [3, 14], [4, 0], [2, 7]].map(([a, b]) => isNewEnough([a ?? 0, b ?? 0])), [false, true, true, true, false]);
});
