--- The text of a chat's buffer: messages, and at the end, below a line, the prompt: what is asked next.

local answer_buffer = require("foreword.answer_buffer")
local receipt = require("foreword.receipt")

local M = {}

local MARKS = vim.api.nvim_create_namespace("foreword.chat")
local HEADINGS = { user = "## You", assistant = "## Foreword" }

---@class foreword.Message
---@field role "user"|"assistant"
---@field start integer mark of the heading
---@field finish integer mark of the end of the text
---@field id? string
---@field text? string of a question
---@field receipt? foreword.Receipt
---@field below? integer mark of what stands below
---@field unfolded? boolean
---@field proposals? foreword.Proposal[]
---@field attachments? foreword.Attachment[] what goes with a question
---@field work? integer mark of what the model is doing

---@class foreword.Chat
---@field id string
---@field title string
---@field root? string the folder that it is about
---@field buffer integer
---@field messages foreword.Message[]
---@field attachments foreword.Attachment[]
---@field prompt? integer mark of the first line of what is asked next
---@field draft? string
---@field answerer? string who answers, where the chat has a model or an effort of its own
---@field request? foreword.Request
---@field over? fun() what is left to do when the server has stopped an answer
---@field tail? { role: "assistant", text: string, is_step?: boolean } what is streamed and not in the history yet

---@param chat foreword.Chat
---@param mark integer
---@return integer row from 0
function M.row_of(chat, mark)
  return vim.api.nvim_buf_get_extmark_by_id(chat.buffer, MARKS, mark, {})[1] or 0
end

---@param chat foreword.Chat
function M.is_shown(chat)
  return chat.prompt ~= nil and vim.api.nvim_buf_is_loaded(chat.buffer)
end

--- What goes with a question, in words.
---@param attachments? foreword.Attachment[]
---@return string? text nil where nothing does
local function with(attachments)
  local named = vim.tbl_map(function(attached)
    -- Pictures and PDF files have a name, texts that are no files one in their URI.
    local other = attached.name or (attached.uri or ""):match("^foreword%-text:(.*)")
    if other or not attached.uri then
      return vim.uri_decode(other or attached.kind or "")
    end
    local name = vim.fs.basename(vim.uri_to_fname(attached.uri))
    local range = attached.range
    if not range then
      return name
    end
    local last = range["end"].character == 0 and range["end"].line or range["end"].line + 1
    return ("%s:%d-%d"):format(name, range.start.line + 1, last)
  end, attachments or {})
  return #named > 0 and "with " .. table.concat(named, ", ") or nil
end

--- Above the prompt: what the keys do, and what goes with the question.
---@param chat foreword.Chat
---@param row integer
local function place_prompt(chat, row)
  local attached = with(chat.attachments)
  local answerer = chat.answerer and " to " .. chat.answerer or ""
  local hint = ("──── <CR> sends%s%s, <C-c> stops "):format(answerer, attached and " " .. attached or "")
  local line = { { hint .. ("─"):rep(math.max(4, 60 - vim.fn.strwidth(hint))), "ForewordHint" } }
  chat.prompt = vim.api.nvim_buf_set_extmark(chat.buffer, MARKS, row, 0, {
    id = chat.prompt,
    right_gravity = false,
    virt_lines = { line },
    virt_lines_above = true,
  })
end

--- The first row of the prompt; there is one, whatever was deleted.
---@param chat foreword.Chat
function M.prompt_row(chat)
  local row, count = M.row_of(chat, chat.prompt or 0), vim.api.nvim_buf_line_count(chat.buffer)
  if row >= count then
    answer_buffer.quietly(chat.buffer, function()
      vim.api.nvim_buf_set_lines(chat.buffer, count, count, false, { "" })
    end)
    row = count
  end
  return row
end

---@param chat foreword.Chat
function M.draft(chat)
  local lines = vim.api.nvim_buf_get_lines(chat.buffer, M.prompt_row(chat), -1, false)
  return vim.trim(table.concat(lines, "\n"))
end

---@param chat foreword.Chat
---@param text string
function M.set_draft(chat, text)
  local row = M.prompt_row(chat)
  answer_buffer.quietly(chat.buffer, function()
    vim.api.nvim_buf_set_lines(chat.buffer, row, -1, false, vim.split(text, "\n", { plain = true }))
  end)
  place_prompt(chat, row)
end

--- A new message before the prompt.
---@param chat foreword.Chat
---@param role "user"|"assistant"
---@param text string
---@param attachments? foreword.Attachment[]
---@return foreword.Message
function M.add(chat, role, text, attachments)
  local row, body = M.prompt_row(chat), vim.split((text:gsub("\r", "")), "\n", { plain = true })
  local lines = vim.list_extend({ HEADINGS[role], "" }, body)
  table.insert(lines, "")
  answer_buffer.quietly(chat.buffer, function()
    vim.api.nvim_buf_set_lines(chat.buffer, row, row, false, lines)
  end)
  place_prompt(chat, row + #lines)
  ---@type foreword.Message
  local message = {
    role = role,
    text = text,
    attachments = attachments,
    start = vim.api.nvim_buf_set_extmark(chat.buffer, MARKS, row, 0, { right_gravity = false }),
    finish = vim.api.nvim_buf_set_extmark(chat.buffer, MARKS, row + #lines - 2, 0, {}),
  }
  table.insert(chat.messages, message)
  return message
end

---@param chat foreword.Chat
---@param message foreword.Message
---@param text string
function M.append(chat, message, text)
  local row = M.row_of(chat, message.finish)
  answer_buffer.append(chat.buffer, row, text)
  local last = row + select(2, text:gsub("\n", ""))
  vim.api.nvim_buf_set_extmark(chat.buffer, MARKS, last, 0, { id = message.finish })
end

---@param proposal foreword.Proposal
local function proposal_line(proposal)
  local paths = vim.tbl_map(function(file)
    return file.path
  end, proposal.files)
  return ("edits %s: gp shows them"):format(table.concat(paths, ", "))
end

--- What stands below a message: what goes with a question; the receipt of an answer, and what it would edit.
---@param chat foreword.Chat
---@param message foreword.Message
function M.show_below(chat, message)
  local lines = { with(message.attachments) }
  for _, proposal in ipairs(message.proposals or {}) do
    if #proposal.files > 0 then
      table.insert(lines, proposal_line(proposal))
    end
    for _, problem in ipairs(proposal.problems) do
      table.insert(lines, problem.message)
    end
  end
  if message.receipt then
    local told = message.unfolded and receipt.lines(message.receipt) or { receipt.line(message.receipt) }
    vim.list_extend(lines, told)
  end
  if #lines > 0 then
    message.below = answer_buffer.note(chat.buffer, M.row_of(chat, message.finish), lines, nil, message.below)
  end
end

--- Take over what the server says of an answer.
---@param chat foreword.Chat
---@param message foreword.Message
---@param told { receipt?: foreword.Receipt, proposals?: foreword.Proposal[], note?: string }
function M.finish(chat, message, told)
  message.receipt, message.proposals = told.receipt, told.proposals
  if told.note then
    M.append(chat, message, ("\n\n*%s*"):format(told.note))
  end
  M.show_below(chat, message)
end

--- The first line.
---@param chat foreword.Chat
---@param title string
function M.set_title(chat, title)
  chat.title = title
  if M.is_shown(chat) then
    answer_buffer.quietly(chat.buffer, function()
      vim.api.nvim_buf_set_text(chat.buffer, 0, 0, 0, -1, { "# " .. title })
    end)
  end
end

---@param chat foreword.Chat
---@param messages foreword.Kept[]
function M.render(chat, messages)
  chat.messages, chat.prompt = {}, nil
  vim.api.nvim_buf_clear_namespace(chat.buffer, MARKS, 0, -1)
  answer_buffer.clear(chat.buffer)
  answer_buffer.quietly(chat.buffer, function()
    vim.api.nvim_buf_set_lines(chat.buffer, 0, -1, false, { "# " .. chat.title, "", "" })
  end)
  place_prompt(chat, 2)
  for _, told in ipairs(messages) do
    local message = M.add(chat, told.role, told.text, told.attachments)
    message.id = told.id
    M.finish(chat, message, told)
  end
  if chat.tail then
    M.add(chat, chat.tail.role, chat.tail.text)
  end
  M.set_draft(chat, chat.draft or "")
  for _, window in ipairs(vim.fn.win_findbuf(chat.buffer)) do
    vim.api.nvim_win_set_cursor(window, { vim.api.nvim_buf_line_count(chat.buffer), 0 })
  end
end

--- What the model is doing, behind its text.
---@param chat foreword.Chat
---@param message foreword.Message
---@param words? string
function M.show_work(chat, message, words)
  if M.is_shown(chat) then
    local row = M.row_of(chat, message.finish)
    message.work = vim.api.nvim_buf_set_extmark(chat.buffer, MARKS, row, 0, {
      id = message.work,
      virt_text = { { words and ("… " .. words) or "", "ForewordHint" } },
    })
  end
end

--- One piece of the stream.
---@param chat foreword.Chat
---@param value foreword.Piece
function M.hear(chat, value)
  local tail, text = chat.tail, value.text
  if not tail then
    return
  elseif value.kind == "tool" then
    local before = tail.text == "" and "" or (tail.is_step and "\n" or "\n\n")
    text = before .. answer_buffer.STEP .. value.line
  elseif value.kind == "text" and text and tail.is_step then
    text = "\n\n" .. text:gsub("^\n+", "")
  end
  if text and text ~= "" then
    tail.is_step, tail.text = value.kind == "tool", tail.text .. text
    if M.is_shown(chat) then
      M.append(chat, chat.messages[#chat.messages], text)
    end
  end
end

---@param chat foreword.Chat
---@param value foreword.Work
function M.hear_work(chat, value)
  if value.kind == "end" and chat.over then
    chat.over()
  elseif value.kind == "report" and M.is_shown(chat) then
    M.show_work(chat, chat.messages[#chat.messages], value.message)
  end
end

--- The message that the cursor is in, of a role if one is given; else the last of them.
---@param chat foreword.Chat
---@param role? string
---@return foreword.Message?
function M.under_cursor(chat, role)
  local row, found, last = vim.fn.line(".") - 1, nil, nil
  for _, message in ipairs(chat.messages) do
    if not role or message.role == role then
      last = message
      found = M.row_of(chat, message.start) <= row and message or found
    end
  end
  return found or last
end

return M
