rockspec_format = "3.0"
package = "foreword.nvim"
version = "scm-1"
source = { url = "." }
description = {
  summary = "Ask Claude about a repository, or let it edit, from Neovim",
  license = "MIT",
  labels = { "neovim", "lsp" },
}
dependencies = { "lua >= 5.1" }
build = {
  type = "builtin",
  copy_directories = { "doc", "lsp", "plugin" },
}
