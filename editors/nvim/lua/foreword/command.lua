--- `:Foreword WHAT ...`

local client = require("foreword.client")
local commands = require("foreword.commands")

local M = {}

---@param lines? foreword.Lines only what takes a range is offered for one
---@return string[]
local function names(lines)
  local found = vim.tbl_filter(function(name)
    return not lines or commands.COMMANDS[name].lines == true
  end, vim.tbl_keys(commands.COMMANDS))
  table.sort(found)
  return found
end

---@param lines? foreword.Lines
local function choose(lines)
  local function named(name)
    return ("%-9s %s"):format(name, commands.COMMANDS[name].about)
  end
  local look = { prompt = "Foreword", kind = "foreword_command", format_item = named }
  vim.ui.select(names(lines), look, function(choice)
    if choice then
      commands.COMMANDS[choice].run({ words = "", lines = lines })
    end
  end)
end

---@param given vim.api.keyset.create_user_command.command_args
function M.run(given)
  local name = given.args:match("^%s*(%S*)") or ""
  local words = vim.trim(given.args:match("%s(.*)$") or "")
  local verb = commands.COMMANDS[name]
  local lines = given.range > 0 and { first = given.line1, last = given.line2 } or nil
  if name == "" then
    choose(lines)
  elseif not verb then
    client.tell(("there is no :Foreword %s: <Tab> completes"):format(name), vim.log.levels.ERROR)
  elseif lines and not verb.lines then
    client.tell((":Foreword %s takes no range"):format(name), vim.log.levels.ERROR)
  else
    verb.run({ words = words, lines = lines })
  end
end

---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local name = line:match("Foreword%s+(%S+)%s")
  if name == "pin" or name == "unpin" or name == "attach" then
    return vim.fn.getcompletion(lead, "file")
  end
  local words = name and ((commands.COMMANDS[name] or {}).words or {}) or names()
  if type(words) == "function" then
    words = words()
  end
  return vim.tbl_filter(function(word)
    return vim.startswith(word, lead)
  end, words)
end

return M
