--- Places that an answer names, such as `shop/till.py:10-20`.

local client = require("foreword.client")

local M = {}

--- The path and line under the cursor.
---@return string? path
---@return integer? line
function M.under_cursor()
  local word = vim.fn.expand("<cWORD>"):gsub("^[%(%[`\"'*]+", "")
  local path, line = word:match("^([^:`]+):(%d+)")
  path = path or word:match("^([^`%)%],;:\"']+)")
  return path, tonumber(line)
end

--- Windows that a file may be shown in without hiding what of ours is read there.
local function window_for_files()
  local wanted = vim.fn.win_getid(vim.fn.winnr("#"))
  local windows = vim.list_extend({ wanted }, vim.api.nvim_tabpage_list_wins(0))
  return vim.iter(windows):find(function(window)
    return window ~= 0
      and vim.api.nvim_win_get_config(window).relative == ""
      and vim.bo[vim.api.nvim_win_get_buf(window)].buftype == ""
  end)
end

--- Show a file of the workspace at a line, beside the answer.
---@param path string
---@param line? integer
function M.open(path, line)
  local found = client.find()
  local full = vim.startswith(path, "/") and path
    or vim.fs.joinpath(found and found.root_dir or vim.fn.getcwd(), path)
  if not vim.uv.fs_stat(full) then
    client.tell(("there is no file %s"):format(path), vim.log.levels.WARN)
    return
  end
  local window = window_for_files()
  if window then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd.split()
  end
  vim.cmd.edit(vim.fn.fnameescape(full))
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
