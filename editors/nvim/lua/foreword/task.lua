--- Tasks: what to do with which lines. The server says what they are about, as for its code actions.

local diagnostics = require("foreword.diagnostics")
local json_null = require("foreword.json_null")

local M = {}

---@class foreword.Lines
---@field first integer from 1
---@field last integer inclusive

--- Whole lines, or where the cursor is, in the encoding of the server.
---@param found vim.lsp.Client
---@param buffer integer
---@param lines? foreword.Lines
---@return lsp.Range
function M.range(found, buffer, lines)
  local encoding = found.offset_encoding --[[@as "utf-8"|"utf-16"|"utf-32"]]
  if not lines then
    return vim.lsp.util.make_range_params(0, encoding).range
  end
  local finish = { line = lines.last, character = 0 }
  if lines.last >= vim.api.nvim_buf_line_count(buffer) then
    local text = vim.api.nvim_buf_get_lines(buffer, lines.last - 1, lines.last, false)[1] or ""
    finish = { line = lines.last - 1, character = vim.str_utfindex(text, encoding) }
  end
  return { start = { line = lines.first - 1, character = 0 }, ["end"] = finish }
end

--- The task of a kind at the cursor or the lines, with the symbol that the server finds there.
---@param found vim.lsp.Client
---@param kind string
---@param lines? foreword.Lines
---@param done fun(task: foreword.Task)
function M.find(found, kind, lines, done)
  local buffer = vim.api.nvim_get_current_buf()
  local document = vim.lsp.util.make_text_document_params(buffer)
  local range = M.range(found, buffer, lines)
  local row = vim.fn.line(".")
  local reports = diagnostics.among(buffer, lines and lines.first or row, lines and lines.last or row)
  local context = { diagnostics = reports, triggerKind = 1 }
  local params = { textDocument = document, range = range, context = context }
  found:request("textDocument/codeAction", params, function(_, actions)
    local task
    for _, action in ipairs(json_null.without(actions) or {}) do
      local command = type(action.command) == "table" and action.command or action
      local given = action.data or (command.arguments or {})[1]
      task = type(given) == "table" and given.kind == kind and given or task
    end
    done(task or { kind = kind, uri = document.uri, range = lines and range, diagnostics = reports })
  end, buffer)
end

return M
