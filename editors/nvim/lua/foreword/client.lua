--- Requests to the server: found by buffer, cancellable, with partial results.

local partials = require("foreword.partials")

local M = {}

M.NAME = "foreword"
M.CANCELLED = -32800
--- The code of the error of a request that was cancelled.

---@class foreword.Request
---@field stop fun()

---@type table<foreword.Request, true>
local running = {}
---@type integer?
local last_id

--- The client of a buffer; of where it was used last, for buffers that belong to no folder.
---@param buffer? integer
---@return vim.lsp.Client?
function M.find(buffer)
  local attached = vim.lsp.get_clients({ name = M.NAME, bufnr = buffer or 0 })[1]
  local found = attached
    or vim.lsp.get_clients({ name = M.NAME, id = last_id })[1]
    or vim.lsp.get_clients({ name = M.NAME })[1]
  last_id = found and found.id
  return found
end

---@param text string
---@param level? integer
function M.tell(text, level)
  vim.notify("Foreword: " .. text:gsub("^Foreword: ", ""), level or vim.log.levels.INFO)
end

--- The client, or a word to the user on why there is none.
---@param buffer? integer
---@return vim.lsp.Client?
function M.needed(buffer)
  local client = M.find(buffer)
  if not client then
    M.tell('no server here: open a file of a repository (see ":checkhealth foreword")', vim.log.levels.WARN)
  end
  return client
end

--- Send a request. `params` gets tokens for those who listen.
---@param client vim.lsp.Client
---@param method string
---@param params table
---@param done fun(problem?: lsp.ResponseError, result: any)
---@return foreword.Request
function M.send(client, method, params, done)
  ---@type foreword.Request
  local request = { stop = function() end }
  running[request] = true
  local _, id = client:request(method, params, function(problem, result)
    if running[request] then
      running[request] = nil
      done(problem, result)
    end
  end)
  request.stop = function()
    if running[request] and id then
      running[request] = nil
      client:cancel_request(id)
      -- Neovim drops the reply to a request that was cancelled.
      done({ code = M.CANCELLED, message = "stopped" })
    end
  end
  return request
end

--- Run a command of the server.
---@param client vim.lsp.Client
---@param name string without its "foreword."
---@param argument table
---@param done fun(result: any) for a success; a failure is told to the user
---@param on_text? fun(text: string) each piece of an answer
---@return foreword.Request
function M.command(client, name, argument, done, on_text)
  local token = on_text
    and partials.listen(function(value)
      if value.kind == "text" then
        on_text(value.text)
      end
    end)
  local given = vim.tbl_extend("force", argument, { partialResultToken = token })
  local params = { command = "foreword." .. name, arguments = { next(given) and given or vim.empty_dict() } }
  return M.send(client, "workspace/executeCommand", params, function(problem, result)
    if token then
      partials.forget(token)
    end
    if problem and problem.code ~= M.CANCELLED then
      M.tell(problem.message, vim.log.levels.ERROR)
    end
    done(result)
  end)
end

--- Stop whatever is under way.
---@return integer count
function M.stop_all()
  local requests = vim.tbl_keys(running)
  for _, request in ipairs(requests) do
    request.stop()
  end
  return #requests
end

return M
