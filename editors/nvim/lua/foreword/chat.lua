--- Chats: buffers named `foreword://chat/ID`; the server has what was said in them.

local client = require("foreword.client")
local answer_buffer = require("foreword.answer_buffer")
local partials = require("foreword.partials")
local transcript = require("foreword.transcript")

local M = {}

local SCHEME = "foreword://chat/"
local HISTORY = 200
local RECENT = 10

---@type table<string, foreword.Chat>
local chats = {}
---@type fun(chat: foreword.Chat, question: foreword.Message, answer: foreword.Message)
local recall

--- A chat by its id, which may be known only from the server.
---@param id string
---@param title? string
---@param root? string the folder that it is about
---@return foreword.Chat
function M.of(id, title, root)
  chats[id] = chats[id] or { id = id, title = title or "Chat", buffer = -1, messages = {}, attachments = {} }
  chats[id].root = chats[id].root or root
  return chats[id]
end

--- Send lines of a file, or all of it, with the next question.
---@param chat foreword.Chat
---@param attachment? foreword.Attachment
function M.attach(chat, attachment)
  if attachment then
    table.insert(chat.attachments, attachment)
  end
  if transcript.is_shown(chat) then
    transcript.set_draft(chat, transcript.draft(chat))
  end
end

---@return foreword.Chat?
local function current()
  return chats[vim.api.nvim_buf_get_name(0):sub(#SCHEME + 1)]
end
M.current = current

--- Who answers from now on, above the prompt; the model of the settings is not named.
---@param chat foreword.Chat
---@param opened foreword.Choice
function M.note_choice(chat, opened)
  local named = vim.tbl_filter(function(word)
    return word ~= nil and word ~= ""
  end, { opened.model or "", opened.effort or "" })
  local before = chat.answerer
  chat.answerer = #named > 0 and table.concat(named, " · ") or nil
  if chat.answerer ~= before then
    M.attach(chat)
  end
end

--- The title that the server gives a chat, which is what was asked first.
---@param chat foreword.Chat
local function load_title(chat)
  local found = client.find(chat.buffer)
  if found then
    client.send(found, "foreword/chat/open", { resumeId = chat.id }, function(_, result)
      if result and result.title ~= "" then
        transcript.set_title(chat, result.title)
      end
      if result then
        M.note_choice(chat, result)
      end
    end)
  end
end

---@param chat foreword.Chat
---@param done? fun()
local function load_history(chat, done)
  local found = client.needed(chat.buffer)
  if not found then
    return
  end
  client.send(found, "foreword/chat/history", { chatId = chat.id, limit = HISTORY }, function(problem, result)
    if problem then
      client.tell(problem.message, vim.log.levels.ERROR)
    elseif vim.api.nvim_buf_is_loaded(chat.buffer) then
      transcript.render(chat, result.messages)
      if done then
        done()
      end
    end
  end)
end

---@param chat foreword.Chat
local function set_keys(chat)
  local keys = {
    ["<CR>"] = { M.send, "Send the question" },
    ["<C-c>"] = { M.stop, "Stop the answer" },
    K = { M.toggle_receipt, "Unfold the receipt" },
    gp = { M.show_proposal, "Show the edits of this answer" },
    ["]]"] = {
      function()
        vim.fn.search("^## ", "W")
      end,
      "Next message",
    },
    ["[["] = {
      function()
        vim.fn.search("^## ", "bW")
      end,
      "Message before",
    },
  }
  for key, meaning in pairs(keys) do
    vim.keymap.set("n", key, meaning[1], { buffer = chat.buffer, desc = meaning[2] })
  end
end

--- Read a chat's buffer from the server; the handler of `BufReadCmd`.
---@param buffer integer
function M.read(buffer)
  local id = vim.api.nvim_buf_get_name(buffer):sub(#SCHEME + 1)
  local chat = M.of(id)
  local found = client.find()
  chat.buffer, chat.root = buffer, chat.root or (found and found.root_dir)
  answer_buffer.prepare(buffer, chat.root)
  set_keys(chat)
  local group = vim.api.nvim_create_augroup("foreword.chat." .. id, {})
  vim.api.nvim_create_autocmd("BufWinEnter", {
    group = group,
    buffer = buffer,
    callback = function()
      answer_buffer.prepare_window(vim.api.nvim_get_current_win())
    end,
  })
  vim.api.nvim_create_autocmd("BufUnload", {
    group = group,
    buffer = buffer,
    callback = function()
      chat.draft, chat.prompt = transcript.is_shown(chat) and transcript.draft(chat) or nil, nil
    end,
  })
  load_title(chat)
  load_history(chat)
end

--- What the server has kept of a question whose answer failed; one that could not be asked is in the prompt again.
---@param chat foreword.Chat
---@param question foreword.Message
---@param answer foreword.Message
function recall(chat, question, answer)
  local found = client.find(chat.buffer)
  if not found then
    require("foreword.supervisor").when_started(function()
      recall(chat, question, answer)
    end)
    return
  end
  client.send(found, "foreword/chat/history", { chatId = chat.id, limit = RECENT }, function(_, result)
    ---@type foreword.Kept[]
    local messages = result and result.messages or {}
    if not transcript.is_shown(chat) then
      return
    end
    for number = #messages, 1, -1 do
      local asked, answered = messages[number], messages[number + 1]
      if asked and asked.role == "user" and asked.text == question.text then
        question.id = asked.id
        if answered and answered.role == "assistant" then
          answer.id = answered.id
          transcript.finish(chat, answer, { receipt = answered.receipt, proposals = answered.proposals })
        end
        return
      end
    end
    if not chat.request and transcript.draft(chat) == "" then
      transcript.set_draft(chat, question.text or "")
    end
  end)
end

--- How a send ended: in the transcript, and nowhere else.
---@param chat foreword.Chat
---@param problem? lsp.ResponseError
---@param told? foreword.Turn
local function end_answer(chat, problem, told)
  local is_empty = not chat.tail or chat.tail.text == ""
  chat.tail, chat.request, chat.over = nil, nil, nil
  local question, answer = chat.messages[#chat.messages - 1], chat.messages[#chat.messages]
  if not transcript.is_shown(chat) or not question or not answer then
    return
  end
  if #chat.messages <= 4 then
    load_title(chat)
  end
  transcript.show_work(chat, answer)
  if told then
    question.id, answer.id = told.questionId, told.messageId
    transcript.finish(chat, answer, told)
  elseif problem then
    transcript.append(chat, answer, ("%s*%s*"):format(is_empty and "" or "\n\n", problem.message))
    recall(chat, question, answer)
  end
end

--- Send what stands in the prompt.
function M.send()
  local chat = current()
  if not chat or not transcript.is_shown(chat) then
    return
  end
  local asked, found = transcript.draft(chat), client.needed(chat.buffer)
  if asked == "" or not found then
    return
  elseif chat.request then
    client.tell("an answer is under way: <C-c> stops it", vim.log.levels.WARN)
    return
  end
  local attachments = chat.attachments
  chat.attachments = {}
  transcript.set_draft(chat, "")
  transcript.show_below(chat, transcript.add(chat, "user", asked, attachments))
  chat.tail = { role = "assistant", text = "" }
  transcript.add(chat, "assistant", "")
  vim.api.nvim_win_set_cursor(0, { transcript.prompt_row(chat) + 1, 0 })
  local token = partials.listen(function(value)
    transcript.hear(chat, value)
  end)
  local work = partials.listen(function(value)
    transcript.hear_work(chat, value)
  end)
  local params = {
    chatId = chat.id,
    text = asked,
    attachments = #attachments > 0 and attachments or nil,
    partialResultToken = token,
    workDoneToken = work,
  }
  chat.request = client.send(found, "foreword/chat/send", params, function(problem, result)
    local function over()
      partials.forget(token)
      partials.forget(work)
      end_answer(chat, problem, result)
    end
    -- The server takes no other question before it has booked what a stopped one used: its progress ends then.
    if problem and problem.code == client.CANCELLED then
      chat.over = over
    else
      over()
    end
  end)
end

--- Stop the answer of this chat.
function M.stop()
  local chat = current()
  if chat and chat.over then
    chat.over()
  elseif chat and chat.request then
    chat.request.stop()
  end
end

--- Fold or unfold the receipt of the answer under the cursor.
function M.toggle_receipt()
  local chat = current()
  local message = chat and transcript.under_cursor(chat, "assistant")
  if not chat or not message or not message.receipt then
    client.tell("no receipt here: use this in a chat, on an answer", vim.log.levels.WARN)
    return
  end
  message.unfolded = not message.unfolded
  transcript.show_below(chat, message)
end

--- Show the edits of the answer under the cursor.
function M.show_proposal()
  local chat = current()
  local message = chat and transcript.under_cursor(chat, "assistant")
  local proposal = message and (message.proposals or {})[1]
  if not chat then
    client.tell("no answer here: use this in a chat", vim.log.levels.WARN)
  elseif proposal and #proposal.files > 0 then
    require("foreword.edits").show(proposal.proposalId)
  else
    client.tell("this answer edits nothing")
  end
end

--- Drop a question and all after it, and have it in the prompt again.
---@param again? boolean send it at once
function M.revise(again)
  local chat = current()
  local question = chat and transcript.under_cursor(chat, "user")
  local found = client.needed()
  if not chat or not question or not found then
    client.tell("no question here: use this in a chat", vim.log.levels.WARN)
    return
  elseif not question.id then
    client.tell("this question is not kept: send it anew", vim.log.levels.WARN)
    return
  end
  local params = { chatId = chat.id, messageId = question.id }
  client.send(found, "foreword/chat/truncate", params, function(problem)
    if problem then
      client.tell(problem.message, vim.log.levels.ERROR)
      return
    end
    local attached = question.attachments or {}
    chat.draft = question.text
    -- The server tells of pictures by their names: those of an earlier session have no data here.
    chat.attachments = vim.tbl_filter(function(one)
      return one.uri ~= nil or one.data ~= nil
    end, attached)
    local is_whole = #chat.attachments == #attached
    load_history(chat, function()
      chat.draft = nil
      if not is_whole then
        client.tell("pictures that went with this question have to be attached again", vim.log.levels.WARN)
      elseif again then
        vim.api.nvim_buf_call(chat.buffer, M.send)
      end
    end)
  end)
end

return M
