-- For plugin managers: they put the repository itself on 'runtimepath', and the plugin is a folder of it.

local root = vim.fs.dirname(vim.fs.dirname(vim.fs.abspath(debug.getinfo(1, "S").source:sub(2))))
local plugin = vim.fs.joinpath(root, "editors", "nvim")

if not vim.g.loaded_foreword then
  vim.opt.runtimepath:append(plugin)
  -- Neovim 0.12 keeps what it found for `vim.lsp.enable()`, which may have been nothing yet: this lets it look again.
  vim.lsp.config("foreword", {})
  vim.cmd.source(vim.fn.fnameescape(vim.fs.joinpath(plugin, "plugin", "foreword.lua")))
end
