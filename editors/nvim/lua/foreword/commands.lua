--- What the words after `:Foreword` do.

local client = require("foreword.client")

local M = {}

local PATIENCE_MS = 3000
--- How long a server may take to end.

---@class foreword.Given
---@field words string what follows the name
---@field lines? foreword.Lines the range, where there is one

---@class foreword.Command
---@field about string for the menu
---@field run fun(given: foreword.Given)
---@field lines? boolean whether it takes a range
---@field words? string[]|fun(): string[] what it completes

---@param prompt string
---@param words string
---@param done fun(words: string)
local function with_words(prompt, words, done)
  if words ~= "" then
    done(words)
    return
  end
  vim.ui.input({ prompt = prompt }, function(typed)
    if typed and vim.trim(typed) ~= "" then
      done(vim.trim(typed))
    end
  end)
end

---@param title string
---@param argument table
local function answer(title, argument)
  local found = client.needed()
  if found then
    require("foreword.float").stream(title, function(on_text, done)
      return client.command(found, "ask", argument, done, on_text)
    end)
  end
end

---@param argument table
local function propose(argument)
  local found = client.needed()
  if not found then
    return
  end
  client.tell("working on it (:Foreword stop ends that)")
  client.command(found, "edit", vim.tbl_extend("force", argument, { apply = false }), function(result)
    if result then
      require("foreword.edits").preview(result)
    end
  end)
end

---@param kind string
---@param given foreword.Given
---@param done fun(task: foreword.Task)
local function with_task(kind, given, done)
  local found = client.needed()
  if found then
    require("foreword.task").find(found, kind, given.lines, function(task)
      task.instruction = given.words ~= "" and given.words or nil
      done(task)
    end)
  end
end

---@param kind string
local function answered(kind)
  return function(given)
    with_task(kind, given, function(task)
      answer(("%s %s"):format(kind, task.symbol or vim.fs.basename(vim.uri_to_fname(task.uri))), task)
    end)
  end
end

---@param kind string
local function edited(kind)
  return function(given)
    with_task(kind, given, propose)
  end
end

--- What the server reports: one line as a message, more in a float.
---@param name string
---@param argument_of? fun(words: string): table?
---@return fun(given: foreword.Given)
local function reported(name, argument_of)
  return function(given)
    local found = client.needed()
    if not found then
      return
    end
    client.command(found, name, argument_of and argument_of(given.words) or {}, function(result)
      local reports = require("foreword.report") --[[@as table<string, fun(told: any): string[]>]]
      local lines = result and reports[name](result) or {}
      if #lines == 1 then
        client.tell(lines[1])
      elseif #lines > 1 then
        require("foreword.float").show("foreword " .. name, lines)
      end
    end)
  end
end

--- Paths are made absolute: they go by Neovim's directory, which need not be the server's.
---@param verb "pin"|"unpin"
local function pinned(verb)
  return function(given)
    local found = client.needed()
    if not found then
      return
    end
    local path = vim.fn.fnamemodify(given.words ~= "" and given.words or vim.api.nvim_buf_get_name(0), ":p")
    if path == "" then
      client.tell(("name a file to %s it: this buffer has none"):format(verb), vim.log.levels.ERROR)
      return
    end
    client.command(found, "context", { [verb] = { path } }, function(result)
      local change = result and result.change
      if change then
        local what = #change.pinned + #change.unpinned > 0 and verb .. "ned" or "pinned already"
        client.tell(("%s: %s; %s"):format(what, vim.fn.fnamemodify(path, ":."), change.message))
      end
    end)
  end
end

--- A question, about the lines where there is a range.
---@param given foreword.Given
local function asked(given)
  with_words("Ask: ", given.words, function(words)
    local found, buffer = client.needed(), vim.api.nvim_get_current_buf()
    if found and given.lines then
      local range = require("foreword.task").range(found, buffer, given.lines)
      answer(words, { kind = "ask", uri = vim.uri_from_bufnr(buffer), range = range, instruction = words })
    elseif found then
      answer(words, { question = words })
    end
  end)
end

---@param given foreword.Given
local function chatted(given)
  local buffer, found = vim.api.nvim_get_current_buf(), client.needed()
  if not found then
    return
  end
  local uri = vim.bo[buffer].buftype == "" and vim.uri_from_bufnr(buffer) or nil
  local range = given.lines and require("foreword.task").range(found, buffer, given.lines)
  local attachment = uri and range and { uri = uri, range = range } or nil
  local chats = require("foreword.chats")
  local open = given.words == "new" and chats.new or chats.choose
  open(attachment, uri)
end

--- A change of any files; the lines of a range are where to look first.
---@param given foreword.Given
local function changed(given)
  with_words("Edit: ", given.words, function(words)
    local found, name = client.needed(), vim.api.nvim_buf_get_name(0)
    local path, lines = found and vim.fs.relpath(found.root_dir or "", name), given.lines
    local place = path and lines and ("%s:%d-%d"):format(path, lines.first, lines.last)
    propose({ instruction = words, path = place or nil })
  end)
end

local function restart()
  local found = client.find()
  if found then
    found:stop()
    local function is_over()
      return found:is_stopped()
    end
    if not vim.wait(PATIENCE_MS, is_over, 20) then
      found:stop(true)
      vim.wait(PATIENCE_MS, is_over, 20)
    end
  end
  require("foreword.supervisor").forgive()
  vim.lsp.enable(client.NAME)
end

---@type table<string, foreword.Command>
M.COMMANDS = {
  ask = { about = "a question, answered in a float", lines = true, run = asked },
  chat = { about = "begin a chat, or go on with one", lines = true, words = { "new" }, run = chatted },
  explain = { about = "what this does", lines = true, run = answered("explain") },
  review = { about = "look for mistakes", lines = true, run = answered("review") },
  fix = { about = "fix the diagnostics here", lines = true, run = edited("fix") },
  simplify = { about = "make it simpler", lines = true, run = edited("simplify") },
  document = { about = "document it", lines = true, run = edited("document") },
  tests = { about = "write tests for it", lines = true, run = edited("tests") },
  rewrite = {
    about = "rewrite it as you say",
    lines = true,
    run = function(given)
      with_words("Rewrite, how? ", given.words, function(words)
        with_task("rewrite", { words = words, lines = given.lines }, propose)
      end)
    end,
  },
  edit = { about = "any change of any files", lines = true, run = changed },
  inline = {
    about = "change it as you say, shown in the file itself",
    lines = true,
    run = function(given)
      require("foreword.inline_ask").run(given)
    end,
  },
  accept = {
    about = "accept the change at the cursor, or all",
    words = { "all" },
    run = function(given)
      require("foreword.inline").accept(given.words)
    end,
  },
  reject = {
    about = "reject the change at the cursor, or all",
    words = { "all" },
    run = function(given)
      require("foreword.inline").reject(given.words)
    end,
  },
  run = {
    about = "a task of your own",
    lines = true,
    words = function()
      return require("foreword.own_tasks").names()
    end,
    run = function(given)
      require("foreword.own_tasks").run(given)
    end,
  },
  commit = {
    about = "the commit message for what is staged",
    run = function()
      require("foreword.commit").write()
    end,
  },
  context = { about = "what the model is shown", run = reported("context") },
  pin = { about = "show this file in full from now on", run = pinned("pin") },
  unpin = { about = "leave this file to the ranking again", run = pinned("unpin") },
  why = { about = "what the cache did with the last request", run = reported("why") },
  usage = {
    about = "what was spent and saved",
    words = { "day", "workspace", "model", "kind" },
    run = reported("usage", function(words)
      return words ~= "" and { by = words } or nil
    end),
  },
  forecast = {
    about = "what a question would cost",
    run = function(given)
      with_words("Forecast for: ", given.words, function(words)
        reported("forecast", function()
          return { question = words }
        end)(given)
      end)
    end,
  },
  warm = { about = "put the prefix into the cache now", run = reported("warm") },
  trust = {
    about = "let text of this folder be sent",
    words = { "revoke" },
    run = reported("trust", function(words)
      return words == "revoke" and { revoke = true } or nil
    end),
  },
  doctor = { about = "the installation, as the server sees it", run = reported("doctor") },
  receipt = {
    about = "unfold or fold the receipt of an answer in a chat",
    run = function()
      require("foreword.chat").toggle_receipt()
    end,
  },
  edits = {
    about = "the edits of an answer in a chat",
    run = function()
      require("foreword.chat").show_proposal()
    end,
  },
  proposals = {
    about = "the edits that are not decided yet",
    run = function()
      require("foreword.proposals").choose()
    end,
  },
  undo = {
    about = "take back the proposal that was applied last",
    run = function()
      require("foreword.proposals").undo()
    end,
  },
  retry = {
    about = "ask the question of a chat again",
    run = function()
      require("foreword.chat").revise(true)
    end,
  },
  model = {
    about = "who answers in a chat, and what the switch costs",
    run = function()
      require("foreword.chat_options").choose_model()
    end,
  },
  attach = {
    about = "send a file, a picture or a PDF with the next question of a chat",
    run = function(given)
      with_words("Attach: ", given.words, function(words)
        require("foreword.chat_options").attach(words)
      end)
    end,
  },
  chats = {
    about = "the chats that have these words",
    run = function(given)
      with_words("Chats with: ", given.words, function(words)
        require("foreword.chats").choose(nil, nil, words)
      end)
    end,
  },
  rename = {
    about = "give a chat another title",
    run = function(given)
      with_words("Title: ", given.words, function(words)
        require("foreword.chats").rename(words)
      end)
    end,
  },
  delete = {
    about = "delete a chat for good",
    run = function()
      require("foreword.chats").delete()
    end,
  },
  export = {
    about = "a chat as Markdown, into a file or a buffer",
    run = function(given)
      require("foreword.chats").export(given.words)
    end,
  },
  revise = {
    about = "take back a question of a chat, to put it otherwise",
    run = function()
      require("foreword.chat").revise()
    end,
  },
  stop = {
    about = "stop all that is under way",
    run = function()
      local count = client.stop_all()
      client.tell(count > 0 and ("%d stopped"):format(count) or "nothing is under way")
    end,
  },
  restart = { about = "start the server again", run = restart },
  status = {
    about = "warm or cold, cached share, spent today",
    run = function()
      local text = require("foreword.status").text(0)
      client.tell(text ~= "" and (text:gsub("^foreword: ", "")) or "no server here")
    end,
  },
}

return M
