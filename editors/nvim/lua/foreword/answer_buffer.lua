--- Buffers with answers: text comes at their end while the cursor stays where it is, or follows if it is at the end.

local M = {}

M.STEP = "→ "
--- How a line of the model's tools begins; such lines are folded.

local MARKS = vim.api.nvim_create_namespace("foreword.answer_buffer")

--- What an answer's buffer is like.
---@param buffer integer
---@param root? string the folder that it is about
function M.prepare(buffer, root)
  vim.b[buffer].foreword_root = root
  vim.bo[buffer].buftype = "nofile" -- first of all: no language server attaches to such a buffer
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].modeline = false
  vim.bo[buffer].filetype = "markdown"
  pcall(vim.treesitter.start, buffer, "markdown") -- the older syntax takes an underscore in a name for a mistake
  vim.keymap.set("n", "gf", function()
    require("foreword.citation").follow()
  end, { buffer = buffer, desc = "Open the cited place" })
end

--- What a window with an answer is like.
---@param window integer
function M.prepare_window(window)
  local options = {
    wrap = true,
    linebreak = true,
    number = false,
    relativenumber = false,
    signcolumn = "no",
    spell = false,
    foldmethod = "expr",
    foldexpr = "v:lua.require'foreword.answer_buffer'.fold_level()",
    foldtext = "v:lua.require'foreword.answer_buffer'.fold_text()",
    foldlevel = 0,
    foldenable = true,
  }
  for option, value in pairs(options) do
    vim.api.nvim_set_option_value(option, value, { win = window, scope = "local" })
  end
end

---@return integer
function M.fold_level()
  local line = vim.api.nvim_buf_get_lines(0, vim.v.lnum - 1, vim.v.lnum, false)[1] or ""
  return vim.startswith(line, M.STEP) and 1 or 0
end

---@return string
function M.fold_text()
  local steps = vim.api.nvim_buf_get_lines(0, vim.v.foldstart - 1, vim.v.foldend, false)
  local named = vim.tbl_map(function(step)
    return step:sub(#M.STEP + 1)
  end, steps)
  return ("%s%d steps: %s"):format(M.STEP, #steps, table.concat(named, ", "))
end

--- Change a buffer without a step of undo: an answer is not the user's own text.
---@param buffer integer
---@param change fun()
function M.quietly(buffer, change)
  local levels, modifiable = vim.bo[buffer].undolevels, vim.bo[buffer].modifiable
  vim.bo[buffer].undolevels, vim.bo[buffer].modifiable = -1, true
  change()
  vim.bo[buffer].undolevels, vim.bo[buffer].modifiable = levels, modifiable
  vim.bo[buffer].modified = false
end

--- Append text to a line. Cursors on it follow, but for those on the first line: they are where reading begins.
---@param buffer integer
---@param row integer from 0
---@param text string
function M.append(buffer, row, text)
  local lines = vim.split((text:gsub("\r", "")), "\n", { plain = true })
  local line = vim.api.nvim_buf_get_lines(buffer, row, row + 1, false)[1] or ""
  local cursors = {} ---@type table<integer, [integer, integer]>
  for _, window in ipairs(vim.fn.win_findbuf(buffer)) do
    local cursor = vim.api.nvim_win_get_cursor(window)
    if cursor[1] == row + 1 then
      cursors[window] = row > 0 and { row + #lines, 0 } or cursor
    end
  end
  M.quietly(buffer, function()
    vim.api.nvim_buf_set_text(buffer, row, #line, row, #line, lines)
  end)
  for window, cursor in pairs(cursors) do -- Neovim moves those that are where text is put
    vim.api.nvim_win_set_cursor(window, cursor)
  end
end

--- Text as lines of a width, broken between its parts or its words; what is indented goes on indented.
---@param text string
---@param width integer
---@return string[]
local function wrapped(text, width)
  local indent, joint = text:match("^%s*"), text:find(" · ", 1, true) and " · " or " "
  local lines = {} ---@type string[]
  local line ---@type string?
  for _, piece in ipairs(vim.split(vim.trim(text), joint, { plain = true, trimempty = true })) do
    local longer = line and (line .. joint .. piece) or (indent .. piece)
    if line and vim.fn.strwidth(longer) > width then
      table.insert(lines, line)
      longer = indent .. "  " .. piece
    end
    line = longer
  end
  table.insert(lines, line or "")
  return lines
end

---@param buffer integer
local function narrowest(buffer)
  local widths = vim.tbl_map(vim.api.nvim_win_get_width, vim.fn.win_findbuf(buffer))
  return #widths > 0 and math.min(unpack(widths)) or 78
end

--- Lines below a row that are no text; long ones are broken, as Neovim only cuts them.
---@param buffer integer
---@param row integer from 0
---@param lines string[]
---@param group? string
---@param mark? integer the one to be replaced
---@return integer mark
function M.note(buffer, row, lines, group, mark)
  local width, shown = narrowest(buffer), {}
  for _, text in ipairs(lines) do
    for _, line in ipairs(wrapped(text, width)) do
      table.insert(shown, { { line, group or "ForewordReceipt" } })
    end
  end
  return vim.api.nvim_buf_set_extmark(buffer, MARKS, row, 0, { id = mark, virt_lines = shown })
end

--- Remove all notes.
---@param buffer integer
function M.clear(buffer)
  vim.api.nvim_buf_clear_namespace(buffer, MARKS, 0, -1)
end

return M
