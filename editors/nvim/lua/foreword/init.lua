--- Foreword in Neovim: a thin client of `foreword serve`. See |foreword.txt|.

local M = {}

---@class foreword.Options
---@field cmd? string[] how the server is started, `{ "foreword", "serve" }` otherwise
---@field settings? table<string, any> settings of the server, such as `{ ["limits.day"] = 2 }`
---@field trusted? boolean all folders may be sent to the model; the server asks for each one otherwise

--- Optional: start the server with options of your own. `vim.lsp.enable("foreword")` does without.
---@param options? foreword.Options
function M.setup(options)
  options = options or {}
  local started = vim.tbl_extend("force", options.settings or {}, { trusted = options.trusted })
  vim.lsp.config("foreword", { cmd = options.cmd, init_options = next(started) and started or nil })
  vim.lsp.enable("foreword")
end

--- For the statusline, in a few words: warm or cold, how much is read from the cache, what was spent today.
---@param buffer? integer the current one by default
---@return string text empty where no server is attached
function M.status(buffer)
  return require("foreword.status").text(buffer or 0)
end

return M
