--- Proposals of edits: a diff to look at, hunk by hunk, in a tab. Nothing is changed before it is applied.

local client = require("foreword.client")

local M = {}

local MARKS = vim.api.nvim_create_namespace("foreword.edits")

---@class foreword.Part
---@field path string
---@field hunk? integer from 0; nil for a file as a whole
---@field first integer row from 0
---@field last integer row, inclusive
---@field line? integer where it is in the file as it was
---@field rejected? boolean
---@field runs_here? boolean it changes what runs on this machine, so nobody but the user accepts it

---@class foreword.Shown
---@field id string
---@field parts foreword.Part[]

---@type table<integer, foreword.Shown>
local shown = {}

---@param buffer integer
local function mark_parts(buffer)
  vim.api.nvim_buf_clear_namespace(buffer, MARKS, 0, -1)
  for _, part in ipairs(shown[buffer].parts) do
    local marks = { { part.rejected and "✗ rejected" or "✓ to be applied", "ForewordHint" } }
    if part.runs_here then
      table.insert(marks, { " (it changes what runs on this machine)", "DiagnosticWarn" })
    end
    vim.api.nvim_buf_set_extmark(buffer, MARKS, part.first, 0, { virt_text = marks })
    if part.rejected then
      vim.api.nvim_buf_set_extmark(buffer, MARKS, part.first, 0, {
        end_row = part.last + 1,
        hl_group = "ForewordRejected",
        hl_eol = true,
        priority = 250,
      })
    end
  end
end

--- The lines of a proposal, and its parts in them. What can't be applied is said first.
---@param told foreword.Edits
---@return string[] lines, foreword.Part[] parts
local function laid_out(told)
  local lines, parts = {}, {}
  for _, problem in ipairs(told.problems) do
    table.insert(lines, "# " .. problem.message)
  end
  for _, edit in ipairs(told.edits) do
    local hunks = edit.kind == "change" and told.hunks[edit.path] or {}
    local diff = vim.split(vim.trim(edit.diff), "\n", { plain = true })
    local first = #lines
    if #hunks == 0 then
      vim.list_extend(lines, diff)
      table.insert(parts, { path = edit.path, first = first, last = #lines - 1, runs_here = edit.runsHere })
    else
      vim.list_extend(lines, vim.list_slice(diff, 1, 2))
    end
    local numbers = told.pending and told.pending[edit.path]
    for place, hunk in ipairs(hunks) do
      local number = numbers and #numbers == #hunks and numbers[place] or place - 1
      first = #lines
      vim.list_extend(lines, vim.split(vim.trim(hunk), "\n", { plain = true }))
      local line = math.floor(tonumber(hunk:match("^@@ %-(%d+)")) or 1)
      local part = { path = edit.path, hunk = number, first = first, last = #lines - 1, line = line }
      part.runs_here = edit.runsHere
      table.insert(parts, part)
    end
  end
  for _, part in ipairs(parts) do
    part.rejected = part.runs_here
  end
  return lines, parts
end

---@return foreword.Part?
local function under_cursor()
  local row = vim.fn.line(".") - 1
  for _, part in ipairs(shown[vim.api.nvim_get_current_buf()].parts) do
    if part.first <= row and row <= part.last then
      return part
    end
  end
end

--- Accept or reject the hunk under the cursor.
---@param rejected? boolean the other way round where it is nil
function M.mark(rejected)
  local part = under_cursor()
  if not part then
    client.tell("no hunk here: ]c goes to the next one")
    return
  end
  part.rejected = rejected == nil and not part.rejected or rejected or nil
  mark_parts(vim.api.nvim_get_current_buf())
end

--- Some parts, in the words of `foreword.edit`.
---@param proposal foreword.Shown
---@param is_wanted fun(part: foreword.Part): boolean
---@return table? argument nil where there are none
local function parts_of(proposal, is_wanted)
  ---@type table<string, any>
  local argument, count = { proposalId = proposal.id, files = {}, hunks = {} }, 0
  for _, part in ipairs(proposal.parts) do
    if is_wanted(part) then
      count = count + 1
      if part.hunk then
        argument.hunks[part.path] = vim.list_extend(argument.hunks[part.path] or {}, { part.hunk })
      else
        table.insert(argument.files, part.path)
      end
    end
  end
  if vim.tbl_isempty(argument.hunks) then
    argument.hunks = nil
  end
  return count > 0 and argument or nil
end

--- Close a proposal's tab, or show in it what is left of the proposal.
---@param buffer integer
---@param told foreword.Edits
local function close_or_show_rest(buffer, told)
  if vim.api.nvim_buf_is_valid(buffer) then
    vim.api.nvim_buf_delete(buffer, { force = true })
  end
  if told.pending and next(told.pending) then
    M.show(told.proposalId)
  end
end

--- Apply what is accepted, as one step of undo in each file; what is rejected is so for good.
function M.apply()
  local buffer = vim.api.nvim_get_current_buf()
  local proposal = shown[buffer]
  local argument = proposal and parts_of(proposal, function(part)
    return not part.rejected
  end)
  local found = client.needed()
  if not argument or not found then
    client.tell("nothing is accepted: q closes this")
    return
  end
  local refused = parts_of(proposal, function(part)
    return part.rejected == true
  end)
  for _, part in ipairs(proposal.parts) do
    -- Each stood there as rejected, and why: accepting it was the answer.
    argument.allowConfig = argument.allowConfig or (part.runs_here and not part.rejected) or nil
  end
  client.command(found, "edit", argument, function(result)
    if not result or not result.applied then
      return
    end
    require("foreword.proposals").note_applied(proposal.id)
    client.tell("applied: u takes it back, :wa writes it")
    if not refused then
      close_or_show_rest(buffer, result)
      return
    end
    refused.reject = true
    client.command(found, "edit", refused, function(rest)
      close_or_show_rest(buffer, rest or result)
    end)
  end)
end

--- The user wants nothing of it.
function M.discard()
  local buffer = vim.api.nvim_get_current_buf()
  local proposal, found = shown[buffer], client.find()
  if proposal and found then
    client.command(found, "edit", { proposalId = proposal.id, reject = true }, function() end)
  end
  vim.api.nvim_buf_delete(buffer, { force = true })
end

---@param buffer integer
local function set_keys(buffer)
  local keys = {
    x = { M.mark, "Accept or reject this hunk" },
    ["<CR>"] = { M.apply, "Apply what is accepted" },
    q = { M.discard, "Discard the proposal" },
    ["]c"] = {
      function()
        vim.fn.search("^@@", "W")
      end,
      "Next hunk",
    },
    ["[c"] = {
      function()
        vim.fn.search("^@@", "bW")
      end,
      "Hunk before",
    },
    gf = {
      function()
        local part = under_cursor()
        if part then
          require("foreword.citation").open(part.path, part.line)
        end
      end,
      "Open the file",
    },
  }
  for key, meaning in pairs(keys) do
    vim.keymap.set("n", key, meaning[1], { buffer = buffer, desc = meaning[2], nowait = true })
  end
end

--- There is nothing to apply: what the model says instead.
---@param told foreword.Edits
local function show_words(told)
  local lines = vim.split(vim.trim(told.text or ""), "\n", { plain = true })
  if #lines > 1 or #lines[1] > 60 then
    require("foreword.float").show("no edit was proposed", lines)
  else
    client.tell("no edit was proposed" .. (lines[1] ~= "" and ": " .. lines[1] or ""))
  end
end

--- The window where a proposal is shown already.
---@param name string
---@return integer? window
local function window_of(name)
  for buffer in pairs(shown) do
    if vim.api.nvim_buf_get_name(buffer) == name then
      return vim.fn.win_findbuf(buffer)[1]
    end
  end
end

--- Show a proposal that came with an answer.
---@param told foreword.Edits
function M.preview(told)
  local lines, parts = laid_out(told)
  local what = #told.edits == 1 and vim.fs.basename(told.edits[1].path) or ("%d files"):format(#told.edits)
  local name = ("foreword://proposal/%s/%s"):format(told.proposalId, what)
  local window, asked_in = window_of(name), client.find()
  if #parts == 0 then
    show_words(told)
    return
  elseif window then
    vim.api.nvim_set_current_win(window)
    return
  end
  vim.cmd.tabnew()
  local buffer = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].buftype = "nofile"
  vim.bo[buffer].bufhidden = "wipe"
  vim.bo[buffer].filetype = "diff"
  vim.bo[buffer].modifiable = false
  vim.b[buffer].foreword_root = asked_in and asked_in.root_dir
  vim.api.nvim_buf_set_name(buffer, name)
  vim.wo.winbar = " x rejects a hunk · <CR> applies the others · q discards all"
  shown[buffer] = { id = told.proposalId, parts = parts }
  mark_parts(buffer)
  set_keys(buffer)
  vim.fn.search("^@@", "cW")
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = buffer,
    once = true,
    callback = function()
      shown[buffer] = nil
    end,
  })
end

--- Show a proposal by its id.
---@param id string
function M.show(id)
  local found = client.needed()
  if found then
    client.command(found, "edit", { proposalId = id, apply = false }, function(result)
      if result then
        M.preview(result)
      end
    end)
  end
end

return M
