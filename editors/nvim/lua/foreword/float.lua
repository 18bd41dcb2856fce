--- One answer in a floating window: `q` closes it, `gf` opens a cited place.

local page = require("foreword.page")
local receipt = require("foreword.receipt")

local M = {}

local LEAST = 3

--- Make a window as high as its text, as far as there is room.
---@param window integer
local function fit(window)
  if vim.api.nvim_win_is_valid(window) then
    local height = vim.api.nvim_win_text_height(window, {}).all
    vim.api.nvim_win_set_height(window, math.max(LEAST, math.min(height, math.floor(vim.o.lines * 0.7))))
  end
end

---@param title string
---@return integer buffer, integer window
local function open(title)
  local buffer = vim.api.nvim_create_buf(false, true)
  page.prepare(buffer)
  vim.bo[buffer].bufhidden = "wipe"
  local width = math.min(96, vim.o.columns - 4)
  local window = vim.api.nvim_open_win(buffer, true, {
    relative = "editor",
    width = width,
    height = LEAST,
    col = math.floor((vim.o.columns - width) / 2),
    row = math.floor(vim.o.lines / 8),
    border = "rounded",
    title = " " .. title:gsub("%s+", " "):sub(1, width - 4) .. " ",
  })
  page.prepare_window(window)
  for _, key in ipairs({ "q", "<Esc>" }) do
    vim.keymap.set("n", key, "<Cmd>close<CR>", { buffer = buffer, desc = "Close" })
  end
  return buffer, window
end

--- Lines that are complete.
---@param title string
---@param lines string[]
function M.show(title, lines)
  local buffer, window = open(title)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  fit(window)
end

--- An answer that comes piece by piece; closing the window stops it.
---@param title string
---@param begin fun(on_text: fun(text: string), done: fun(result?: table)): foreword.Request
function M.stream(title, begin)
  local buffer, window = open(title)
  vim.bo[buffer].modifiable = false
  local waiting = page.note(buffer, 0, { "… q stops it" }, "ForewordHint")
  local function last()
    return vim.api.nvim_buf_line_count(buffer) - 1
  end
  local request = begin(function(text)
    if vim.api.nvim_buf_is_valid(buffer) then
      page.append(buffer, last(), text)
      fit(window)
    end
  end, function(result)
    if not vim.api.nvim_buf_is_valid(buffer) then
      return
    elseif not result then
      vim.api.nvim_buf_delete(buffer, { force = true })
      return
    end
    if result.note then
      page.append(buffer, last(), ("\n\n*%s*"):format(result.note))
    end
    page.note(buffer, last(), { receipt.line(result.receipt) }, nil, waiting)
    fit(window)
  end)
  vim.api.nvim_create_autocmd("BufWipeout", { buffer = buffer, once = true, callback = request.stop })
end

return M
