-- Defines `:Foreword`, its highlights, and how its buffers are read; everything else is loaded when it is used.

if vim.g.loaded_foreword then
  return
end
vim.g.loaded_foreword = true

for name, link in pairs({ Receipt = "Comment", Hint = "NonText", Rejected = "Comment" }) do
  vim.api.nvim_set_hl(0, "Foreword" .. name, { link = link, default = true })
end

vim.api.nvim_create_user_command("Foreword", function(given)
  require("foreword.command").run(given)
end, {
  nargs = "*",
  range = true,
  desc = "Ask Claude about this repository, or let it edit",
  complete = function(lead, line)
    return require("foreword.command").complete(lead, line)
  end,
})

vim.api.nvim_create_autocmd("BufReadCmd", {
  group = vim.api.nvim_create_augroup("foreword.chat", {}),
  pattern = "foreword://chat/*",
  desc = "Show a chat as the server has it",
  callback = function(event)
    require("foreword.chat").read(event.buf)
  end,
})
