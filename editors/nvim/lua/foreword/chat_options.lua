--- What a chat asks with: the model and how much it puts into an answer, and the files, pictures and PDF files that go
--- with the next question.

local chat = require("foreword.chat")
local client = require("foreword.client")

local M = {}

local EFFORTS = { "auto", "low", "medium", "high", "xhigh", "max" }
local MAX_BYTES = 10 * 1000 * 1000
local MEDIA = {
  gif = "image/gif",
  jpeg = "image/jpeg",
  jpg = "image/jpeg",
  pdf = "application/pdf",
  png = "image/png",
  webp = "image/webp",
}
local AS_SET = "as in the settings"

---@class foreword.Choice
---@field model string empty where the settings decide
---@field effort string likewise

--- What a question costs with these, before its answer.
---@param forecast? foreword.Forecast nil where nothing can be said of it, as offline
local function price(forecast)
  if not forecast then
    return ""
  elseif forecast.warmUntil then
    return ("warm: $%.4f for the question"):format(forecast.cost.hit)
  end
  local words = "cold: the next question writes %d tokens anew, for $%.4f; later ones cost $%.4f"
  return words:format(forecast.tokens.prefix, forecast.cost.miss, forecast.cost.hit)
end

---@param found vim.lsp.Client
---@param shown foreword.Chat
---@param choice foreword.Choice
local function switch(found, shown, choice)
  local params = { resumeId = shown.id, model = choice.model, effort = choice.effort }
  client.send(found, "foreword/chat/open", params, function(problem, opened)
    if problem then
      client.tell(problem.message, vim.log.levels.ERROR)
      return
    end
    chat.note_choice(shown, opened)
    client.tell(("the next question goes to %s"):format(shown.answerer or "the model of the settings"))
  end)
end

---@param found vim.lsp.Client
---@param shown foreword.Chat
---@param now foreword.Choice
---@param model string
local function choose_effort(found, shown, now, model)
  local prices, left = {}, #EFFORTS
  local function ask()
    local function named(effort)
      local is_now = model == now.model and effort == (now.effort ~= "" and now.effort or "auto")
      local words = effort == "auto" and "auto, as the model sees fit" or effort
      return ("%s  (%s)"):format(words, is_now and "now" or prices[effort] or "")
    end
    local look = { prompt = "Effort, and what the switch costs", format_item = named, kind = "foreword_effort" }
    vim.ui.select(EFFORTS, look, function(effort)
      if effort then
        switch(found, shown, { model = model, effort = effort == "auto" and "" or effort })
      end
    end)
  end
  for _, effort in ipairs(EFFORTS) do
    local given = { question = "What is this?", effort = effort, model = model ~= "" and model or nil }
    local params = { command = "foreword.forecast", arguments = { given } }
    client.send(found, "workspace/executeCommand", params, function(_, forecast)
      prices[effort], left = price(forecast), left - 1
      if left == 0 then
        ask()
      end
    end)
  end
end

---@param model foreword.Model
local function label(model)
  if model.id == "" then
    return AS_SET
  end
  local prices = model.prices
  local words = prices and ("$%g in, $%g out a million tokens"):format(prices.input, prices.output)
    or "price unknown"
  return ("%s  (%s)"):format(model.id, words)
end

--- Choose who answers in the current chat, from lists that say what the switch costs before anything happens.
function M.choose_model()
  local shown, found = chat.current(), client.needed()
  if not shown then
    client.tell("no chat here: use this in a chat", vim.log.levels.WARN)
    return
  elseif not found then
    return
  end
  client.send(found, "foreword/chat/open", { resumeId = shown.id }, function(problem, now)
    if problem then
      client.tell(problem.message, vim.log.levels.ERROR)
      return
    end
    client.command(found, "models", {}, function(models)
      local choices = { { id = "" } } ---@type foreword.Model[]
      for _, model in ipairs(models or {}) do
        if not model.retired and model.offered ~= false then
          table.insert(choices, model)
        end
      end
      local look = { prompt = "Model of this chat", format_item = label, kind = "foreword_model" }
      vim.ui.select(choices, look, function(model)
        if model then
          choose_effort(found, shown, now, model.id)
        end
      end)
    end)
  end)
end

--- A picture or a PDF file with its data, wherever it lies; nil for another file, whose text the server reads itself.
---@param path string
---@return foreword.Attachment? attachment
---@return string? problem
local function media(path)
  local kind = MEDIA[vim.fn.fnamemodify(path, ":e"):lower()]
  if not kind then
    return nil
  end
  local size = vim.fn.getfsize(path)
  if size > MAX_BYTES then
    return nil, ("%s is too large to attach (%.0f MB; 10 MB at most)"):format(vim.fs.basename(path), size / 1e6)
  end
  local file = assert(io.open(path, "rb"))
  local data = file:read("*a")
  file:close()
  return {
    kind = kind == MEDIA.pdf and "document" or "image",
    mediaType = kind,
    name = vim.fs.basename(path),
    data = vim.base64.encode(data),
  }
end

--- Send a file, a picture or a PDF file with the next question of the current chat.
---@param words string its path
function M.attach(words)
  local shown, path = chat.current(), vim.fn.fnamemodify(vim.fs.normalize(words), ":p")
  if not shown then
    client.tell("no chat here: use this in a chat", vim.log.levels.WARN)
  elseif vim.fn.filereadable(path) == 0 then
    client.tell(("%s is no file that can be read: name another"):format(words), vim.log.levels.WARN)
  else
    local attachment, problem = media(path)
    if problem then
      client.tell(problem, vim.log.levels.WARN)
    else
      chat.attach(shown, attachment or { uri = vim.uri_from_fname(path) })
    end
  end
end

return M
