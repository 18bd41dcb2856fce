--- Requests to the server: found by buffer, cancellable, with partial results.

local json_null = require("foreword.json_null")
local partials = require("foreword.partials")
local supervisor = require("foreword.supervisor")

local M = {}

M.GONE_MESSAGE = "the server ended before it answered, and is started again: ask again"
M.NAME = "foreword"
M.CANCELLED = -32800
--- The code of the error of a request that was cancelled.

local GONE = -32603
--- The code of the error of a request whose server is gone.

---@class foreword.Request
---@field stop fun()
---@field fail fun(problem: lsp.ResponseError)
---@field client_id integer

---@type table<foreword.Request, true?>
local running = {}
---@type integer?
local last_id

--- One whose server runs.
---@param filter vim.lsp.get_clients.Filter
---@return vim.lsp.Client?
local function living(filter)
  filter.name = M.NAME
  for _, client in ipairs(vim.lsp.get_clients(filter)) do
    if not client:is_stopped() and not client.rpc.is_closing() then
      return client
    end
  end
end

---@param root? string
---@return vim.lsp.Client?
local function in_folder(root)
  for _, client in ipairs(root and vim.lsp.get_clients({ name = M.NAME }) or {}) do
    if client.root_dir == root and not client.rpc.is_closing() then
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
  return living({ bufnr = number })
    or in_folder(vim.b[number].foreword_root)
    or living({ id = last_id })
    or living({})
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
  local function find()
    return M.find(buffer)
  end
  local client = find() or supervisor.revived(find)
  if client then
    last_id = client.id
  elseif supervisor.has_given_up() then
    M.tell("the server ended again and again: `:Foreword restart` starts it anew", vim.log.levels.WARN)
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
  local is_sent, id = client:request(method --[[@as vim.lsp.protocol.Method]], params, over)
  if not is_sent then
    vim.schedule(function()
      over({ code = GONE, message = M.GONE_MESSAGE })
    end)
  end
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
---@param on_draft? fun(draft: foreword.Draft) the lines of an edit, as far as they are written
---@return foreword.Request
function M.command(client, name, argument, done, on_text, on_draft)
  local token = (on_text or on_draft)
    and partials.listen(function(value)
      if value.kind == "text" and on_text then
        on_text(value.text)
      elseif value.kind == "draft" and on_draft then
        on_draft(value)
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
---@param code integer
---@param signal integer
---@param client_id integer
function M.ended(code, signal, client_id)
  local message = M.GONE_MESSAGE
  if supervisor.ended(code, signal) ~= "restarts" then
    message = "the server ended before it answered: `:Foreword restart` starts it anew"
  end
  for _, request in ipairs(vim.tbl_keys(running)) do
    if request.client_id == client_id then
      request.fail({ code = GONE, message = message })
    end
  end
end

return M
