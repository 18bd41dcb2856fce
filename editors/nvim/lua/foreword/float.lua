--- One answer in a floating window: `q` closes it, `gf` opens a cited place.

local client = require("foreword.client")
local answer_buffer = require("foreword.answer_buffer")
local receipt = require("foreword.receipt")

local M = {}

local LEAST = 1
local READING = " q closes · gf opens a place "
local WAITING = " q stops "

--- Make a window as high as its text, as far as there is room. One that was put beside the code stays as it is.
---@param window integer
local function fit(window)
  if vim.api.nvim_win_is_valid(window) and vim.api.nvim_win_get_config(window).relative ~= "" then
    local height, most = vim.api.nvim_win_text_height(window, {}).all, math.floor(vim.o.lines * 0.7)
    vim.api.nvim_win_set_height(window, math.max(LEAST, math.min(height, most)))
  end
end

--- What the keys do, in the frame.
---@param window integer
---@param footer string
local function label(window, footer)
  if vim.api.nvim_win_is_valid(window) and vim.api.nvim_win_get_config(window).relative ~= "" then
    vim.api.nvim_win_set_config(window, { footer = footer, footer_pos = "right" })
  end
end

---@param title string
---@param footer string
---@return integer buffer, integer window
local function open(title, footer)
  local asked_in = client.find()
  local buffer = vim.api.nvim_create_buf(false, true)
  answer_buffer.prepare(buffer, asked_in and asked_in.root_dir)
  vim.bo[buffer].bufhidden = "wipe"
  local width = math.min(96, vim.o.columns - 4)
  local window = vim.api.nvim_open_win(buffer, true, {
    relative = "editor",
    width = width,
    height = LEAST,
    col = math.floor((vim.o.columns - width) / 2),
    row = math.floor(vim.o.lines / 8),
    border = "rounded",
    title = " " .. vim.fn.strcharpart(title:gsub("%s+", " "), 0, width - 4) .. " ",
    footer = footer,
    footer_pos = "right",
  })
  answer_buffer.prepare_window(window)
  vim.api.nvim_set_option_value("fillchars", "eob: ", { win = window, scope = "local" })
  for _, key in ipairs({ "q", "<Esc>" }) do
    vim.keymap.set("n", key, "<Cmd>close<CR>", { buffer = buffer, desc = "Close" })
  end
  return buffer, window
end

--- Lines that are complete.
---@param title string
---@param lines string[]
function M.show(title, lines)
  local buffer, window = open(title, READING)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  fit(window)
end

--- An answer that comes piece by piece; closing the window stops it.
---@param title string
---@param begin fun(on_text: fun(text: string), done: fun(result?: foreword.Answer)): foreword.Request
function M.stream(title, begin)
  local buffer, window = open(title, WAITING)
  vim.bo[buffer].modifiable = false
  local is_closed = false
  local waiting = answer_buffer.note(buffer, 0, { "…" }, "ForewordHint")
  local function last()
    return vim.api.nvim_buf_line_count(buffer) - 1
  end
  local request = begin(function(text)
    if not is_closed then
      answer_buffer.append(buffer, last(), text)
      fit(window)
    end
  end, function(result)
    if is_closed then
      return
    elseif not result then
      vim.api.nvim_buf_delete(buffer, { force = true })
      return
    end
    if result.note then
      answer_buffer.append(buffer, last(), ("\n\n*%s*"):format(result.note))
    end
    -- Neovim never scrolls to what stands below the last line, so that one is empty.
    if vim.api.nvim_buf_get_lines(buffer, -2, -1, true)[1] ~= "" then
      answer_buffer.append(buffer, last(), "\n")
    end
    answer_buffer.note(buffer, math.max(0, last() - 1), { receipt.line(result.receipt) }, nil, waiting)
    label(window, READING)
    fit(window)
  end)
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = buffer,
    once = true,
    callback = function()
      is_closed = true
      request.stop()
    end,
  })
end

return M
