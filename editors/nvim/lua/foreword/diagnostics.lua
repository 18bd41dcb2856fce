--- What linters and other servers report, for code actions that fix it.

local M = {}

---@param buffer integer
---@param first integer line, from 1
---@param last integer inclusive
---@return lsp.Diagnostic[]
function M.among(buffer, first, last)
  return vim.lsp.diagnostic.from(vim.tbl_filter(function(one)
    return one.lnum < last and (one.end_lnum or one.lnum) >= first - 1
  end, vim.diagnostic.get(buffer)))
end

--- Neovim tells a server only of its own diagnostics, and this one has none: let its code actions know of all others.
---@param client vim.lsp.Client
function M.share(client)
  local request = client.request
  ---@diagnostic disable-next-line: duplicate-set-field
  client.request = function(self, method, params, ...)
    if method == "textDocument/codeAction" and params and #params.context.diagnostics == 0 then
      local range, buffer = params.range, vim.uri_to_bufnr(params.textDocument.uri)
      local found = M.among(buffer, range.start.line + 1, range["end"].line + 1)
      params = vim.tbl_deep_extend("force", params, { context = { diagnostics = found } })
    end
    return request(self, method, params, ...)
  end
end

return M
