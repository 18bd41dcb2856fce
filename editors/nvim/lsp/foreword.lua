-- The server, for `vim.lsp.enable("foreword")`. What is yours goes into `vim.lsp.config("foreword", { ... })`.

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
