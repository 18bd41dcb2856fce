--- Places that an answer names, such as `shop/till.py:10-20`.

local client = require("foreword.client")

local M = {}

--- The path and line under the cursor.
---@return string? path
---@return integer? line
function M.under_cursor()
  local around = vim.fn.expand("<cWORD>") --[[@as string]]
  local word = around:gsub("^[%(%[`\"'*]+", "")
  local path, line = word:match("^([^:`]+):(%d+)")
  path = path or word:match("^([^`%)%],;:\"']+)")
  return path, line and tonumber(line) --[[@as integer?]]
end

--- A window that a file may be shown in without hiding what of ours is read there.
---@return integer? window
local function window_for_files()
  local wanted = vim.fn.win_getid(vim.fn.winnr("#"))
  for _, window in ipairs(vim.list_extend({ wanted }, vim.api.nvim_tabpage_list_wins(0))) do
    local is_window = window ~= 0 and vim.api.nvim_win_get_config(window).relative == ""
    if is_window and vim.bo[vim.api.nvim_win_get_buf(window)].buftype == "" then
      return window
    end
  end
end

--- An answer that floats would hide the place: it goes beside it.
---@param window integer
local function put_beside(window)
  local answer = vim.api.nvim_get_current_win()
  if vim.api.nvim_win_get_config(answer).relative ~= "" then
    vim.api.nvim_win_set_config(answer, { win = window, split = "right" })
  end
end

--- Show a file of the workspace at a line, beside the answer.
---@param path string
---@param line? integer
function M.open(path, line)
  local found = client.find()
  local full = vim.startswith(path, "/") and path
    or vim.fs.joinpath(found and found.root_dir or vim.fn.getcwd(), path)
  if vim.fn.filereadable(full) == 0 then
    client.tell(("there is no file %s"):format(path), vim.log.levels.WARN)
    return
  end
  local window = window_for_files()
  if window then
    put_beside(window)
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd.split()
  end
  -- Not by `:edit`, which refuses a file with unsaved changes.
  local buffer = vim.fn.bufadd(vim.fn.fnamemodify(full, ":."))
  vim.bo[buffer].buflisted = true
  vim.cmd.normal({ "m'", bang = true })
  vim.api.nvim_win_set_buf(0, buffer)
  if line then
    vim.api.nvim_win_set_cursor(0, { math.min(line, vim.api.nvim_buf_line_count(0)), 0 })
    vim.cmd.normal({ "zvzz", bang = true })
  end
end

--- For `gf`.
function M.follow()
  local path, line = M.under_cursor()
  if path then
    M.open(path, line)
  end
end

return M
