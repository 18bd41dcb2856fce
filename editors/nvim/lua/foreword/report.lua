--- What the server reports, as lines to read.

local status = require("foreword.status")

local M = {}

---@param tokens number
local function count(tokens)
  local text = ("%d"):format(tokens)
  return (text:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

---@param text string
---@param width integer
---@param is_right boolean
local function padded(text, width, is_right)
  local room = (" "):rep(width - vim.fn.strwidth(text))
  return is_right and room .. text or text .. room
end

--- A table in markdown, aligned; all columns but the first are numbers.
---@param rows string[][] the first one has the names of the columns
---@return string[]
local function table_of(rows)
  local lines = {} ---@type string[]
  local widths = {} ---@type table<integer, integer>
  for _, row in ipairs(rows) do
    for column, text in ipairs(row) do
      widths[column] = math.max(widths[column] or 0, vim.fn.strwidth(text))
    end
  end
  for _, row in ipairs(rows) do
    local cells = {}
    for column, text in ipairs(row) do
      table.insert(cells, padded(text, widths[column], column > 1))
    end
    table.insert(lines, "| " .. table.concat(cells, " | ") .. " |")
  end
  local rule = {}
  for column, width in ipairs(widths) do
    table.insert(rule, column > 1 and ("-"):rep(width - 1) .. ":" or ("-"):rep(width))
  end
  table.insert(lines, 2, "| " .. table.concat(rule, " | ") .. " |")
  return lines
end

---@param layer foreword.Layer
---@return string[]
local function files_of(layer)
  local files = vim.list_extend({}, layer.files)
  table.sort(files, function(one, other)
    return one.tokens == other.tokens and one.path < other.path or one.tokens > other.tokens
  end)
  return vim.tbl_map(function(file)
    local form = file.form .. (file.pinned and ", pinned" or "")
    return ("- %s  %s, %s"):format(file.path, count(file.tokens), form)
  end, files)
end

---@param layer foreword.Layer
local function warmth(layer)
  if layer.warm == nil then
    return "-"
  end
  return layer.warm and "warm " .. status.minutes(layer.warmUntil) or "cold"
end

--- The layers of the prefix, their files, and what was left out.
---@param told foreword.Context
---@return string[]
function M.context(told)
  local rows = { { "layer", "tokens", "files", "kept for", "cache" } }
  for _, layer in ipairs(told.layers) do
    local kept = layer.breakpoint or "-"
    table.insert(rows, { layer.name, count(layer.tokens), count(#layer.files), kept, warmth(layer) })
  end
  local lines = { ("%s tokens, budget of the base %s"):format(count(told.tokens), count(told.budget)), "" }
  vim.list_extend(lines, table_of(rows))
  for _, layer in ipairs(told.layers) do
    if #layer.files > 0 then
      vim.list_extend(lines, { "", "## " .. layer.name, "" })
      vim.list_extend(lines, files_of(layer))
    end
  end
  for _, part in ipairs({ { "pinned, but not in full", told.notPinned }, { "left out", told.leftOut } }) do
    local title, listed = unpack(part)
    if #listed > 0 then
      vim.list_extend(lines, { "", ("## %s: %d files"):format(title, #listed), "" })
    end
    for _, file in ipairs(listed) do
      table.insert(lines, ("- %s  %s"):format(file.path, file.reason))
    end
  end
  if told.notShown > 0 then
    vim.list_extend(lines, { "", ("in the index only: %s files"):format(count(told.notShown)) })
  end
  return lines
end

--- What the cache did.
---@param told { lines: string[] }
---@return string[]
function M.why(told)
  return told.lines
end

--- What was spent and saved.
---@param told foreword.Usage
---@return string[]
function M.usage(told)
  local rows = { { told.by, "requests", "cached", "cost", "saved" } }
  for _, row in ipairs(vim.list_extend(vim.list_extend({}, told.rows), told.totals)) do
    local tokens, cost = row.tokens, row.cost
    local prompt = tokens.fresh + tokens.write5m + tokens.write1h + tokens.read
    table.insert(rows, {
      row.group .. (row.simulated and " (simulated)" or ""),
      ("%d"):format(row.requests),
      ("%.0f %%"):format(prompt > 0 and 100 * tokens.read / prompt or 0),
      ("$%.4f"):format(cost.total),
      ("$%.4f"):format(cost.saved),
    })
  end
  return table_of(rows)
end

--- What a question would cost.
---@param told foreword.Forecast
---@return string[]
function M.forecast(told)
  local cost, tokens = told.cost, told.tokens
  local lines = {
    ("%s tokens of prompt, %s of them probably read from the cache"):format(
      count(tokens.prompt),
      count(tokens.read)
    ),
    ("probably $%.4f, at most $%.4f, without a cache $%.4f more"):format(
      cost.mean,
      cost.max,
      math.max(0, cost.withoutCache - cost.hit)
    ),
  }
  for _, advice in ipairs(told.advice or {}) do
    table.insert(lines, "- " .. advice)
  end
  return lines
end

--- What came of a warm-up.
---@param told foreword.Warmed
---@return string[]
function M.warm(told)
  local kept = told.warmUntil and (", warm until " .. os.date("%H:%M", math.floor(told.warmUntil))) or ""
  return { ("%s: %s%s"):format(told.outcome, told.reason or told.why or "", kept) }
end

---@param told { workspace: string, trusted: boolean }
---@return string[]
function M.trust(told)
  return { ("%s is %s"):format(told.workspace, told.trusted and "trusted" or "not trusted") }
end

--- The installation, and what is wrong with it.
---@param told foreword.Doctor
---@return string[]
function M.doctor(told)
  local names, lines = vim.tbl_keys(told.facts), {}
  table.sort(names)
  for _, name in ipairs(names) do
    table.insert(lines, ("- %s: %s"):format(name, told.facts[name]))
  end
  for _, problem in ipairs(told.problems) do
    vim.list_extend(lines, { "", "**" .. problem.message .. "**" })
  end
  return lines
end

return M
