--- The chats of a folder: to begin one, or go on with an earlier one.

local chat = require("foreword.chat")
local client = require("foreword.client")

local M = {}

--- Show a chat, in its window or beside the code.
---@param found vim.lsp.Client whose chat it is
---@param id string
---@param title string
---@param attachment? foreword.Attachment
local function show(found, id, title, attachment)
  local name = "foreword://chat/" .. id
  chat.attach(chat.of(id, title, found.root_dir), attachment)
  local window = vim.fn.bufwinid(vim.fn.bufnr("^" .. name .. "$"))
  if window ~= -1 then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd(("botright vertical split %s"):format(vim.fn.fnameescape(name)))
  end
end

--- Parameters: an empty table would be sent as a list.
---@param uri? string
local function about(uri)
  return uri and { uri = uri } or vim.empty_dict()
end

--- A new chat.
---@param attachment? foreword.Attachment
---@param uri? string of a file in the folder that it is about
function M.new(attachment, uri)
  local found = client.needed()
  if not found then
    return
  end
  client.send(found, "foreword/chat/open", about(uri), function(problem, result)
    if problem then
      client.tell(problem.message, vim.log.levels.ERROR)
      return
    end
    show(found, result.chatId, "New chat", attachment)
  end)
end

--- Choose among the chats of this folder, or begin one.
---@param attachment? foreword.Attachment
---@param uri? string
function M.choose(attachment, uri)
  local found = client.needed()
  if not found then
    return
  end
  client.send(found, "foreword/chat/list", about(uri), function(problem, result)
    if problem or #result.chats == 0 then
      M.new(attachment, uri)
      return
    end
    local choices = vim.list_extend({ { title = "New chat" } }, result.chats)
    local function named(choice)
      return choice.at and ("%s  (%s)"):format(choice.title, choice.at:sub(1, 16):gsub("T", " ")) or choice.title
    end
    vim.ui.select(choices, { prompt = "Chat", format_item = named, kind = "foreword_chat" }, function(choice)
      if choice and choice.chatId then
        show(found, choice.chatId, choice.title, attachment)
      elseif choice then
        M.new(attachment, uri)
      end
    end)
  end)
end

return M
