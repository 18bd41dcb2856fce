--- Partial results: what the server sends under a token of ours goes to whom it is for, all else to Neovim.

local json_null = require("foreword.json_null")

local M = {}

---@type table<string, fun(value: table)>
local listeners = {}
local count = 0

--- A token for one request.
---@param listener fun(value: table)
---@return string token
function M.listen(listener)
  count = count + 1
  local token = ("foreword-nvim-%d"):format(count)
  listeners[token] = listener
  return token
end

---@param token string
function M.forget(token)
  listeners[token] = nil
end

--- The handler of `$/progress`.
function M.on_progress(problem, params, context, config)
  local listener = params and listeners[params.token]
  if listener then
    listener(json_null.without(params.value))
    return
  end
  return vim.lsp.handlers["$/progress"](problem, params, context, config)
end

return M
