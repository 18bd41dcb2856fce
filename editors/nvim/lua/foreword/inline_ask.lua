--- Asking for an edit in the file itself: an input at the lines, and what the model writes as it comes.

local client = require("foreword.client")
local inline = require("foreword.inline")

local M = {}

local TITLE = " Change it, how? "
local FOOTER = " <CR> proposes · <Esc> closes "
local WIDTH = 72
local KEY = "gre"

--- An input below the line of the cursor; nothing of the file changes.
---@param done fun(words: string)
local function input(done)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden = "wipe"
  local window = vim.api.nvim_open_win(buffer, true, {
    relative = "cursor",
    row = 1,
    col = 0,
    width = math.max(20, math.min(WIDTH, vim.o.columns - 8)),
    height = 1,
    style = "minimal",
    border = "rounded",
    title = TITLE,
    footer = FOOTER,
    footer_pos = "right",
  })
  local function close()
    vim.cmd.stopinsert()
    if vim.api.nvim_win_is_valid(window) then
      vim.api.nvim_win_close(window, true)
    end
  end
  vim.keymap.set({ "n", "i" }, "<CR>", function()
    local words = vim.trim(table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), " "))
    close()
    if words ~= "" then
      done(words)
    end
  end, { buffer = buffer, desc = "Propose the change" })
  vim.keymap.set({ "n", "i" }, "<Esc>", close, { buffer = buffer, desc = "Close" })
  vim.api.nvim_create_autocmd("WinLeave", { buffer = buffer, once = true, callback = vim.schedule_wrap(close) })
  vim.cmd.startinsert()
end

--- Ask for the edit; what is written of it is shown until it is there.
---@param found vim.lsp.Client
---@param buffer integer
---@param task foreword.Task
local function propose(found, buffer, task)
  local tick, uri = vim.api.nvim_buf_get_changedtick(buffer), vim.uri_from_bufnr(buffer)
  local drafts = {} ---@type table<integer, foreword.Draft>
  local argument = vim.tbl_extend("force", task, { apply = false })
  client.tell("working on it (:Foreword stop ends that)")
  client.command(
    found,
    "edit",
    argument,
    function(result)
      inline.clear_drafts(buffer)
      if result and not inline.show(result, buffer, tick) then
        require("foreword.edits").preview(result)
      end
    end,
    nil,
    function(draft)
      -- Once the text has changed, the lines of a draft are those of before.
      local is_here = draft.uri == uri and vim.api.nvim_buf_is_loaded(buffer)
      if is_here and vim.api.nvim_buf_get_changedtick(buffer) == tick then
        drafts[draft.number] = draft
        inline.draft(buffer, drafts)
      else
        inline.clear_drafts(buffer)
      end
    end
  )
end

--- A change of the lines or the symbol, in the file itself; one of more than that in a tab.
---@param given foreword.Given
function M.run(given)
  local buffer, found = vim.api.nvim_get_current_buf(), client.needed()
  if not found then
    return
  end
  -- What it is about is found out now, while the cursor is there.
  require("foreword.task").find(found, "rewrite", given.lines, function(task)
    local function ask(words)
      task.instruction = words
      propose(found, buffer, task)
    end
    if given.words ~= "" then
      ask(given.words)
    else
      input(ask)
    end
  end)
end

--- The one key that is there by default, beside Neovim's own for language servers (|gra|, |grn|). What is mapped stays.
---@param buffer integer
function M.set_key(buffer)
  if vim.g.foreword_no_keys then
    return
  end
  for mode, keys in pairs({ n = "<Cmd>Foreword inline<CR>", x = ":Foreword inline<CR>" }) do
    if vim.fn.maparg(KEY, mode) == "" then
      vim.keymap.set(
        mode,
        KEY,
        keys,
        { buffer = buffer, silent = true, desc = "Foreword: change it here, as you say" }
      )
    end
  end
end

return M
