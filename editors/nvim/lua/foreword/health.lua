--- `:checkhealth foreword`

local client = require("foreword.client")

local M = {}

--- Plugin managers make the tags of the help; whoever only adds the folder to 'runtimepath' makes them.
local function check_help()
  if #vim.fn.getcompletion("foreword.txt", "help") == 0 then
    local here = vim.fs.dirname(vim.api.nvim_get_runtime_file("doc/foreword.txt", false)[1] or "")
    vim.health.info((":help foreword is not there yet: `:helptags %s` makes it"):format(here))
  end
end

local function check_server()
  local config = (vim.lsp.config --[[@as table<string, vim.lsp.Config>]])[client.NAME]
  local command = config and config.cmd
  if type(command) ~= "table" then
    vim.health.ok("the server is reached by a function of your configuration")
    return
  end
  local name = command[1] or ""
  if vim.fn.executable(name) == 0 then
    vim.health.error(("%s is not executable"):format(name), {
      "install Foreword, so that `foreword --version` works in a terminal",
      'or name it: vim.lsp.config("foreword", { cmd = { "/path/to/foreword", "serve" } })',
    })
  else
    local done = vim.system({ name, "--version" }, { text = true }):wait(20000)
    local report = done.code == 0 and vim.health.ok or vim.health.error
    report(("%s: %s"):format(vim.fn.exepath(name), vim.trim(done.stdout .. done.stderr)))
  end
end

local function check_clients()
  local clients = vim.lsp.get_clients({ name = client.NAME })
  if #clients == 0 then
    vim.health.warn("no server runs", { 'vim.lsp.enable("foreword")', "open a file in a git repository" })
  end
  for _, running in ipairs(clients) do
    local standing = require("foreword.status").of(vim.tbl_keys(running.attached_buffers)[1] or 0)
    local how = standing and ("; %s, %s"):format(standing.provider, standing.model) or ""
    vim.health.ok(("runs in %s%s"):format(running.root_dir or "no folder", how))
  end
end

function M.check()
  vim.health.start("foreword")
  if vim.fn.has("nvim-0.11") == 1 then
    vim.health.ok("Neovim " .. vim.fn.matchstr(vim.fn.execute("version"), "v[0-9.]\\+"))
  else
    vim.health.error("Neovim 0.11 or later is needed")
    return
  end
  if vim.lsp.is_enabled and not vim.lsp.is_enabled("foreword") then
    vim.health.warn("not enabled", { 'vim.lsp.enable("foreword")' })
  end
  check_server()
  check_clients()
  check_help()
end

return M
