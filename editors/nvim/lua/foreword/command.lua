--- `:Foreword WHAT ...`

local client = require("foreword.client")

local M = {}

local PATIENCE_MS = 3000
--- How long a server may take to end.

---@class foreword.Given
---@field words string what follows the name
---@field lines? foreword.Lines the range, where there is one

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
---@param done fun(task: table)
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

---@param name string
---@param argument? table
local function reported(name, argument)
  local found = client.needed()
  if found then
    client.command(found, name, argument or {}, function(result)
      if result then
        local report = require("foreword.report")
        require("foreword.float").show("foreword " .. name, (report[name] or report.plain)(result))
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
      if result then
        local change = result.change
        local what = #change.pinned + #change.unpinned > 0 and verb .. "ned" or "pinned already"
        client.tell(("%s: %s; %s"):format(what, vim.fn.fnamemodify(path, ":."), change.message))
      end
    end)
  end
end

---@type table<string, fun(given: foreword.Given)>
local RUNS = {
  ask = function(given)
    with_words("Ask: ", given.words, function(words)
      if given.lines then
        local buffer = vim.api.nvim_get_current_buf()
        local range = require("foreword.task").range(buffer, given.lines)
        answer(words, { kind = "ask", uri = vim.uri_from_bufnr(buffer), range = range, instruction = words })
      else
        answer(words, { question = words })
      end
    end)
  end,
  chat = function(given)
    local buffer = vim.api.nvim_get_current_buf()
    local uri = vim.bo[buffer].buftype == "" and vim.uri_from_bufnr(buffer) or nil
    local attachment = given.lines
      and uri
      and { uri = uri, range = require("foreword.task").range(buffer, given.lines) }
    local chats = require("foreword.chats")
    local open = given.words == "new" and chats.new or chats.choose
    open(attachment, uri)
  end,
  explain = answered("explain"),
  review = answered("review"),
  fix = edited("fix"),
  simplify = edited("simplify"),
  document = edited("document"),
  tests = edited("tests"),
  rewrite = function(given)
    with_words("Rewrite, how? ", given.words, function(words)
      with_task("rewrite", { words = words, lines = given.lines }, propose)
    end)
  end,
  edit = function(given)
    with_words("Edit: ", given.words, function(words)
      propose({ instruction = words })
    end)
  end,
  context = function()
    reported("context")
  end,
  pin = pinned("pin"),
  unpin = pinned("unpin"),
  why = function()
    reported("why")
  end,
  usage = function(given)
    reported("usage", given.words ~= "" and { by = given.words } or nil)
  end,
  forecast = function(given)
    with_words("Forecast for: ", given.words, function(words)
      reported("forecast", { question = words })
    end)
  end,
  warm = function()
    reported("warm")
  end,
  trust = function(given)
    reported("trust", given.words == "revoke" and { revoke = true } or nil)
  end,
  doctor = function()
    reported("doctor")
  end,
  receipt = function()
    require("foreword.chat").toggle_receipt()
  end,
  edits = function()
    require("foreword.chat").show_proposal()
  end,
  retry = function()
    require("foreword.chat").revise(true)
  end,
  revise = function()
    require("foreword.chat").revise()
  end,
  stop = function()
    client.tell(("%d stopped"):format(client.stop_all()))
  end,
  restart = function()
    local found = client.find()
    if found then
      found:stop()
      vim.wait(PATIENCE_MS, function()
        return found:is_stopped()
      end, 20)
    end
    vim.lsp.enable(client.NAME)
  end,
  status = function()
    client.tell((require("foreword").status():gsub("^foreword: ", "")))
  end,
}

local WORDS = { chat = { "new" }, trust = { "revoke" }, usage = { "day", "workspace", "model", "kind" } }

---@param given vim.api.keyset.create_user_command.command_args
function M.run(given)
  local name, words = given.args:match("^(%S*)%s*(.*)$")
  local run = RUNS[name]
  if name == "" then
    local names = vim.tbl_keys(RUNS)
    table.sort(names)
    vim.ui.select(names, { prompt = "Foreword", kind = "foreword_command" }, function(choice)
      if choice then
        RUNS[choice]({ words = "" })
      end
    end)
  elseif not run then
    client.tell(("there is no :Foreword %s: <Tab> completes"):format(name), vim.log.levels.ERROR)
  else
    local lines = given.range > 0 and { first = given.line1, last = given.line2 } or nil
    run({ words = vim.trim(words), lines = lines })
  end
end

---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local name = line:match("Foreword%s+(%S+)%s")
  if name == "pin" or name == "unpin" then
    return vim.fn.getcompletion(lead, "file")
  end
  local words = name and (WORDS[name] or {}) or vim.tbl_keys(RUNS)
  table.sort(words)
  return vim.tbl_filter(function(word)
    return vim.startswith(word, lead)
  end, words)
end

return M
