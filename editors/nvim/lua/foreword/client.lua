--- Requests to the server: found by buffer, cancellable, with partial results.

local json_null = require("foreword.json_null")
local partials = require("foreword.partials")

local M = {}

M.NAME = "foreword"
M.CANCELLED = -32800
--- The code of the error of a request that was cancelled.

local INTERNAL = -32603
--- The code of the error of a request whose server is gone.

---@class foreword.Request
---@field stop fun()
---@field fail fun(problem: lsp.ResponseError)
---@field client_id integer

---@type table<foreword.Request, true?>
local running = {}
---@type integer?
local last_id

---@param root? string
---@return vim.lsp.Client?
local function in_folder(root)
  for _, client in ipairs(root and vim.lsp.get_clients({ name = M.NAME }) or {}) do
    if client.root_dir == root then
      return client
    end
  end
end

--- The client of a buffer. Chats and answers belong to the folder that they were begun in; other buffers of no folder
--- to the one that was used last.
---@param buffer? integer
---@return vim.lsp.Client?
function M.find(buffer)
  local number = buffer and vim.api.nvim_buf_is_valid(buffer) and buffer or 0
  return vim.lsp.get_clients({ name = M.NAME, bufnr = number })[1]
    or in_folder(vim.b[number].foreword_root)
    or vim.lsp.get_clients({ name = M.NAME, id = last_id })[1]
    or vim.lsp.get_clients({ name = M.NAME })[1]
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
  if client then
    last_id = client.id
  else
    M.tell('no server here: open a file of a repository (see ":checkhealth foreword")', vim.log.levels.WARN)
  end
  return client
end

--- Send a request.
---@param client vim.lsp.Client
---@param method string
---@param params table
---@param done fun(problem?: lsp.ResponseError, result: any)
---@return foreword.Request
function M.send(client, method, params, done)
  ---@type foreword.Request
  local request = { client_id = client.id, stop = function() end, fail = function() end }
  local function over(problem, result)
    if running[request] then
      running[request] = nil
      done(problem, json_null.without(result))
    end
  end
  running[request] = true
  request.fail = over
  local _, id = client:request(method --[[@as vim.lsp.protocol.Method]], params, over)
  request.stop = function()
    if running[request] and id then
      client:cancel_request(id)
      -- Neovim drops the reply to a request that was cancelled.
      over({ code = M.CANCELLED, message = "stopped" })
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

--- A server is gone: nobody answers what was asked of it.
---@param client_id integer
function M.ended(client_id)
  local message = "the server ended before it answered: `:Foreword restart` starts it anew"
  for _, request in ipairs(vim.tbl_keys(running)) do
    if request.client_id == client_id then
      request.fail({ code = INTERNAL, message = message })
    end
  end
end

return M
