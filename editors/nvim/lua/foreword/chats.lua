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
---@param query? string only chats that have these words
function M.choose(attachment, uri, query)
  local found = client.needed()
  if not found then
    return
  end
  local params = query and { uri = uri, query = query } or about(uri)
  client.send(found, "foreword/chat/list", params, function(problem, result)
    if query and not problem and #result.chats == 0 then
      client.tell(("no chat has %s"):format(query))
      return
    elseif problem or #result.chats == 0 then
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

--- Do something with the chat of the current buffer.
---@param method string
---@param params table
---@param done fun(buffer: integer, result: any)
local function with_current(method, params, done)
  local buffer = vim.api.nvim_get_current_buf()
  local id, found = vim.api.nvim_buf_get_name(buffer):match("^foreword://chat/(.+)$"), client.needed()
  if not id then
    client.tell("no chat here: use this in a chat", vim.log.levels.WARN)
  elseif found then
    client.send(found, method, vim.tbl_extend("force", params, { chatId = id }), function(problem, result)
      if problem then
        client.tell(problem.message, vim.log.levels.ERROR)
      else
        done(buffer, result)
      end
    end)
  end
end

--- Give the current chat another title.
---@param title string
function M.rename(title)
  with_current("foreword/chat/rename", { title = title }, function(_, result)
    require("foreword.transcript").set_title(chat.of(result.chatId), result.title)
  end)
end

--- Forget the current chat for good.
function M.delete()
  local choices = { "Keep it", "Delete it" }
  vim.ui.select(choices, { prompt = "Delete this chat?", kind = "foreword_delete" }, function(choice)
    if choice == choices[2] then
      with_current("foreword/chat/delete", {}, function(buffer)
        vim.api.nvim_buf_delete(buffer, { force = true })
      end)
    end
  end)
end

--- Write the current chat into a Markdown file, or show it in a buffer.
---@param file string
function M.export(file)
  with_current("foreword/chat/export", {}, function(_, result)
    local lines = vim.split(vim.trim(result.markdown), "\n", { plain = true })
    if file ~= "" then
      vim.fn.writefile(lines, vim.fs.normalize(file))
      client.tell(("written: %s"):format(file))
      return
    end
    vim.cmd.new()
    vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
    vim.bo.filetype = "markdown"
  end)
end

return M
