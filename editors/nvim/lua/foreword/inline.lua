--- Edits shown in the file itself: what would go is marked, what would come stands below it; nothing is changed before
--- it is accepted.

local client = require("foreword.client")

local M = {}

local MARKS = vim.api.nvim_create_namespace("foreword.inline")
local DRAFTS = vim.api.nvim_create_namespace("foreword.inline_drafts")
local HINT = "  :Foreword accept or reject (all)"
local NOTHING = "nothing is proposed in this buffer: see :Foreword proposals"
local STILL_WRITTEN = "the edit is still being written: decide when it is whole, or end it with :Foreword stop"

---@class foreword.InlineHunk
---@field number integer from 0, as the server counts
---@field marks integer[]

---@class foreword.Inline
---@field id string of the proposal
---@field path string
---@field hunks foreword.InlineHunk[]

---@type table<integer, foreword.Inline> by buffer
local shown = {}

---@class foreword.Change
---@field row integer from 0: the first line that goes, or the line before which others come
---@field gone integer how many lines go
---@field added string[]

--- The changes in a hunk of a unified diff.
---@param hunk string
---@return foreword.Change[]
local function changes_of(hunk)
  local changes = {} ---@type foreword.Change[]
  local lines = vim.split(hunk, "\n", { plain = true })
  local first, count = hunk:match("^@@ %-(%d+),?(%d*)")
  -- A hunk without old lines names the line behind which the new ones come.
  local row = math.floor(tonumber(first or "1") or 1) - (count == "0" and 0 or 1)
  local open ---@type foreword.Change?
  for _, line in ipairs(vim.list_slice(lines, 2)) do
    local sign, text = line:sub(1, 1), line:sub(2)
    if sign == "-" or sign == "+" then
      if not open then
        open = { row = row, gone = 0, added = {} }
        table.insert(changes, open)
      end
      if sign == "-" then
        open.gone, row = open.gone + 1, row + 1
      else
        table.insert(open.added, text)
      end
    elseif sign == " " then
      open, row = nil, row + 1
    end
  end
  return changes
end

--- Mark a change: the lines that go, and below them those that come.
---@param buffer integer
---@param change foreword.Change
---@param hint? string
---@param space? integer the namespace of the marks
---@return integer mark
local function mark(buffer, change, hint, space)
  local below = vim.tbl_map(function(line)
    return { { line ~= "" and line or " ", "DiffAdd" } }
  end, change.added)
  local last = vim.api.nvim_buf_line_count(buffer) - 1
  local row = math.min(change.gone > 0 and change.row or math.max(0, change.row - 1), last)
  local function set(at, options)
    return vim.api.nvim_buf_set_extmark(buffer, space or MARKS, at, 0, options)
  end
  local words = hint and { { hint, "ForewordHint" } } or nil
  if change.gone == 0 then
    return set(row, { virt_lines = below, virt_lines_above = change.row == 0, virt_text = words })
  end
  local ending = math.min(row + change.gone - 1, last)
  for other = row, ending do
    set(other, { line_hl_group = "DiffDelete" })
  end
  set(row, { virt_text = words })
  return set(ending, { virt_lines = #below > 0 and below or nil })
end

--- Show what the model has written so far.
---@param buffer integer
---@param drafts table<integer, foreword.Draft> by number
function M.draft(buffer, drafts)
  M.clear_drafts(buffer)
  if not vim.api.nvim_buf_is_loaded(buffer) then
    return
  end
  for _, draft in pairs(drafts) do
    local first, last = draft.range.start.line, draft.range["end"].line
    local added = vim.split((draft.newText:gsub("\n$", "")), "\n", { plain = true })
    ---@type foreword.Change
    local change = { row = first, gone = last - first, added = draft.newText == "" and {} or added }
    mark(buffer, change, "  being written …", DRAFTS)
  end
end

---@param buffer integer
function M.clear_drafts(buffer)
  if vim.api.nvim_buf_is_loaded(buffer) then
    vim.api.nvim_buf_clear_namespace(buffer, DRAFTS, 0, -1)
  end
end

--- Show a proposal in the buffer that it was asked for.
---@param told foreword.Edits
---@param buffer integer
---@param tick integer the buffer's |b:changedtick| when it was asked
---@return boolean is_shown false where it is about more than this text, or the text has changed since
function M.show(told, buffer, tick)
  local edit = told.edits[1]
  if not edit or #told.edits > 1 or edit.kind ~= "change" or #told.problems > 0 then
    return false
  end
  local is_here = vim.api.nvim_buf_is_loaded(buffer) and vim.uri_from_bufnr(buffer) == edit.uri
  if not is_here or vim.api.nvim_buf_get_changedtick(buffer) ~= tick then
    return false
  end
  M.clear(buffer)
  local hunks = {} ---@type foreword.InlineHunk[]
  for place, hunk in ipairs(told.hunks[edit.path] or {}) do
    local marks = {} ---@type integer[]
    for _, change in ipairs(changes_of(hunk)) do
      vim.list_extend(marks, { mark(buffer, change, #marks == 0 and HINT or nil) })
    end
    table.insert(hunks, { number = place - 1, marks = marks })
  end
  shown[buffer] = { id = told.proposalId, path = edit.path, hunks = hunks }
  return #hunks > 0
end

--- Remove the marks of a buffer; its proposal is kept.
---@param buffer integer
function M.clear(buffer)
  vim.api.nvim_buf_clear_namespace(buffer, MARKS, 0, -1)
  shown[buffer] = nil
end

--- The hunk at the cursor, or the nearest one.
---@param buffer integer
---@return foreword.InlineHunk?
local function nearest(buffer)
  local row, best, distance = vim.fn.line(".") - 1, nil, math.huge
  for _, hunk in ipairs(shown[buffer].hunks) do
    for _, id in ipairs(hunk.marks) do
      local at = vim.api.nvim_buf_get_extmark_by_id(buffer, MARKS, id, {})[1]
      if at and math.abs(at - row) < distance then
        best, distance = hunk, math.abs(at - row)
      end
    end
  end
  return best
end

--- Decide about the hunk at the cursor, or about all.
---@param words string
---@param accepts boolean
local function decide(words, accepts)
  local buffer = vim.api.nvim_get_current_buf()
  local inline, found = shown[buffer], client.needed(buffer)
  if not inline then
    local is_written = #vim.api.nvim_buf_get_extmarks(buffer, DRAFTS, 0, -1, { limit = 1 }) > 0
    client.tell(is_written and STILL_WRITTEN or NOTHING, vim.log.levels.WARN)
    return
  end
  local hunk = words ~= "all" and nearest(buffer) or nil
  local argument = { proposalId = inline.id, reject = not accepts or nil }
  argument.hunks = hunk and { [inline.path] = { hunk.number } } or nil
  if not found then
    return
  end
  client.command(found, "edit", argument, function(result)
    if not result or (accepts and not result.applied) then
      return
    end
    if accepts then
      require("foreword.proposals").note_applied(inline.id)
    end
    local left = result.pending and result.pending[inline.path] or {}
    if #left == 0 then
      M.clear(buffer)
      return
    end
    client.command(found, "edit", { proposalId = inline.id, apply = false }, function(rest)
      if rest then
        M.redraw(buffer, rest, left)
      end
    end)
  end)
end

--- Show what is left of a proposal, whose hunks keep their numbers.
---@param buffer integer
---@param told foreword.Edits
---@param numbers integer[]
function M.redraw(buffer, told, numbers)
  if M.show(told, buffer, vim.api.nvim_buf_get_changedtick(buffer)) then
    for place, hunk in ipairs(shown[buffer].hunks) do
      hunk.number = numbers[place] or hunk.number
    end
  end
end

---@param words string `all`, or nothing for the hunk at the cursor
function M.accept(words)
  decide(words, true)
end

---@param words string
function M.reject(words)
  decide(words, false)
end

return M
