-- The server, for `vim.lsp.enable("foreword")`. What is yours goes into `vim.lsp.config("foreword", { ... })`.

--- The first encoding of 'fileencodings' that is none of Unicode, where that option is not as it is by default: text
--- that is not in UTF-8 is read as it is shown here.
---@return string?
local function legacy_encoding()
  local names = vim.go.fileencodings
  if names == vim.api.nvim_get_option_info2("fileencodings", {}).default then
    return
  end
  for name in names:gmatch("[^,]+") do
    if not name:match("^ucs") and not name:match("^utf") and name ~= "default" then
      return name
    end
  end
end

---@type vim.lsp.Config
return {
  cmd = { "foreword", "serve" },
  root_markers = { ".git" },
  workspace_required = true,
  capabilities = {
    experimental = { foreword = true },
    -- Neovim 0.12 tells of each annotated edit in several lines, and asks by |confirm()|; here |u| takes it back.
    workspace = { workspaceEdit = { changeAnnotationSupport = vim.NIL } },
  },
  handlers = {
    ["$/progress"] = function(...)
      return require("foreword.partials").on_progress(...)
    end,
    ["foreword/status"] = function(_, told, context)
      require("foreword.status").note(told, context.client_id)
    end,
  },
  before_init = function(params)
    local told, encoding = params.initializationOptions or {}, legacy_encoding()
    if encoding and type(told) == "table" and told["context.encoding"] == nil then
      params.initializationOptions = vim.tbl_extend("force", told, { ["context.encoding"] = encoding })
    end
  end,
  on_init = function(client)
    require("foreword.diagnostics").share(client)
    vim.schedule(require("foreword.supervisor").started)
  end,
  on_attach = function(_, buffer)
    require("foreword.inline_ask").set_key(buffer)
  end,
  on_exit = vim.schedule_wrap(function(code, signal, client_id)
    require("foreword.status").forget(client_id)
    require("foreword.client").ended(code, signal, client_id)
  end),
}
