--- `:checkhealth foreword`

local M = {}

local function check_server()
  local config = vim.lsp.config.foreword
  local command = config and config.cmd
  if type(command) ~= "table" then
    vim.health.ok("the server is reached by a function of your configuration")
  elseif vim.fn.executable(command[1]) == 0 then
    vim.health.error(("%s is not executable"):format(command[1]), {
      "install Foreword, so that `foreword --version` works in a terminal",
      'or name it: vim.lsp.config("foreword", { cmd = { "/path/to/foreword", "serve" } })',
    })
  else
    local done = vim.system({ command[1], "--version" }, { text = true }):wait(20000)
    local report = done.code == 0 and vim.health.ok or vim.health.error
    report(("%s: %s"):format(vim.fn.exepath(command[1]), vim.trim(done.stdout .. done.stderr)))
  end
end

local function check_clients()
  local clients = vim.lsp.get_clients({ name = "foreword" })
  if #clients == 0 then
    vim.health.warn("no server runs", { 'vim.lsp.enable("foreword")', "open a file in a git repository" })
  end
  for _, client in ipairs(clients) do
    local standing = require("foreword.status").of(vim.tbl_keys(client.attached_buffers)[1] or 0)
    local how = standing and ("; %s, %s"):format(standing.provider, standing.model) or ""
    vim.health.ok(("runs in %s%s"):format(client.root_dir or "no folder", how))
  end
end

function M.check()
  vim.health.start("foreword")
  if vim.fn.has("nvim-0.11") == 1 then
    vim.health.ok("Neovim " .. tostring(vim.version()))
  else
    vim.health.error("Neovim 0.11 or later is needed")
    return
  end
  if vim.lsp.is_enabled and not vim.lsp.is_enabled("foreword") then
    vim.health.warn("not enabled", { 'vim.lsp.enable("foreword")' })
  end
  check_server()
  check_clients()
end

return M
