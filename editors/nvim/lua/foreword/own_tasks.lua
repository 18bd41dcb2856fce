--- Tasks that users write: Markdown files in `.foreword/tasks/` and in Foreword's configuration directory.

local client = require("foreword.client")

local M = {}

local LISTING_MS = 1000

---@class foreword.UserTask
---@field name string
---@field description string
---@field kind "answer"|"edit"
---@field owner "project"|"user"
---@field runs boolean

--- Run a task about the current file, or the lines of a range.
---@param found vim.lsp.Client
---@param task foreword.UserTask
---@param given foreword.Given whose words are what to add to it
local function start(found, task, given)
  local buffer = vim.api.nvim_get_current_buf()
  local argument = { name = task.name, words = given.words ~= "" and given.words or nil }
  if vim.bo[buffer].buftype == "" and vim.api.nvim_buf_get_name(buffer) ~= "" then
    argument.uri = vim.uri_from_bufnr(buffer)
    argument.range = given.lines and require("foreword.task").range(found, buffer, given.lines) or nil
  end
  if task.kind == "answer" then
    require("foreword.float").stream(task.name, function(on_text, done)
      return client.command(found, "run", argument, done, on_text)
    end)
    return
  end
  client.tell("working on it (:Foreword stop ends that)")
  argument.apply = false
  client.command(found, "run", argument, function(result)
    if result then
      require("foreword.edits").preview(result)
    end
  end)
end

---@param task foreword.UserTask
local function named(task)
  local note = task.runs and "" or "  [not trusted: read it, then :Foreword trust]"
  return ("%s  %s%s"):format(task.name, task.description, note)
end

--- Run the task that the first word names; without words, choose one.
---@param given foreword.Given
function M.run(given)
  local found = client.needed()
  if not found then
    return
  end
  local name = given.words:match("^%S*") or ""
  local words = vim.trim(given.words:sub(#name + 1))
  client.command(found, "run", {}, function(result)
    ---@type foreword.UserTask[]
    local tasks = result and result.tasks or {}
    for _, problem in ipairs(result and result.problems or {}) do
      client.tell(problem.message, vim.log.levels.WARN)
    end
    local go_on = { words = words, lines = given.lines }
    for _, task in ipairs(tasks) do
      if task.name == name then
        start(found, task, go_on)
        return
      end
    end
    if name ~= "" then
      client.tell(("there is no task %s: <Tab> completes"):format(name), vim.log.levels.ERROR)
    elseif #tasks == 0 then
      client.tell("there is no task: write one as a Markdown file in .foreword/tasks/")
    else
      local look = { prompt = "Task", format_item = named, kind = "foreword_task" }
      vim.ui.select(tasks, look, function(choice)
        if choice then
          start(found, choice, go_on)
        end
      end)
    end
  end)
end

--- Their names, for completion.
---@return string[]
function M.names()
  local found = client.find()
  local params = { command = "foreword.run", arguments = { vim.empty_dict() } }
  local told = found and found:request_sync("workspace/executeCommand", params, LISTING_MS)
  return vim.tbl_map(function(task)
    return task.name
  end, told and told.result and told.result.tasks or {})
end

return M
