// Builds the server's wheel from this repository into `wheel/`, for the package. `PYTHON` names the Python to build
// with; what that needs (hatchling) comes from the package index unless that Python has it.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = join(dirname(fileURLToPath(import.meta.url)), "..");
const python = process.env.PYTHON ?? "python3";
const wheel = join(here, "wheel");

rmSync(wheel, { recursive: true, force: true });
mkdirSync(wheel);
let isolation = [];
try {
  execFileSync(python, ["-c", "import hatchling"], { stdio: "ignore" });
  isolation = ["--no-build-isolation"];
} catch {
  // pip makes an environment for the build.
}
const build = ["-m", "pip", "wheel", "--quiet", "--no-deps", ...isolation, "--wheel-dir", wheel, join(here, "..", "..")];
execFileSync(python, build, { stdio: "inherit" });
