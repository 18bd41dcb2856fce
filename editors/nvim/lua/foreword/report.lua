--- What the server reports, as lines to read.

local M = {}

---@param tokens number
local function count(tokens)
  local text = ("%d"):format(tokens)
  return (text:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

--- `foreword.context/1`: the layers of the prefix, their files, and what was left out.
function M.context(told)
  local lines = { ("%s tokens, budget of the base %s"):format(count(told.tokens), count(told.budget)) }
  for _, layer in ipairs(told.layers) do
    local kept = layer.breakpoint and (", cached for " .. layer.breakpoint) or ""
    vim.list_extend(lines, { "", ("## %s: %s tokens%s"):format(layer.name, count(layer.tokens), kept), "" })
    for _, file in ipairs(layer.files) do
      local form = (file.form or "changed") .. (file.pinned and ", pinned" or "")
      table.insert(lines, ("- %s  %s, %s"):format(file.path, count(file.tokens or 0), form))
    end
  end
  local lists = {
    ["left out"] = told.leftOut,
    ["not shown"] = told.notShown,
    ["pinned, but not in full"] = told.notPinned,
  }
  for title, listed in pairs(lists) do
    if type(listed) == "table" and #listed > 0 then
      vim.list_extend(lines, { "", ("## %s: %d files"):format(title, #listed), "" })
      for _, file in ipairs(listed) do
        local path, reason = file, nil
        if type(file) == "table" then
          path, reason = file.path, file.reason
        end
        table.insert(lines, ("- %s%s"):format(path, reason and ("  " .. reason) or ""))
      end
    end
  end
  return lines
end

--- `foreword.why/1`.
function M.why(told)
  return told.lines
end

--- `foreword.usage/1`.
function M.usage(told)
  local lines =
    { ("| %s | requests | cached | cost | saved |"):format(told.by), "| --- | ---: | ---: | ---: | ---: |" }
  for _, row in ipairs(vim.list_extend(vim.deepcopy(told.rows), told.totals)) do
    local tokens = row.tokens
    local prompt = tokens.fresh + tokens.write5m + tokens.write1h + tokens.read
    local share = prompt > 0 and 100 * tokens.read / prompt or 0
    local name = row.group .. (row.simulated and " (simulated)" or "")
    local cost = row.cost
    local shown = ("| %s | %d | %.0f %% | $%.4f | $%.4f |"):format(
      name,
      row.requests,
      share,
      cost.total,
      cost.saved
    )
    table.insert(lines, shown)
  end
  return lines
end

--- `foreword.forecast/1`.
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

--- `foreword.warm/1`.
function M.warm(told)
  local kept = told.warmUntil and (", warm until " .. os.date("%H:%M", math.floor(told.warmUntil))) or ""
  return { ("%s: %s%s"):format(told.outcome, told.reason or told.why or "", kept) }
end

--- `foreword.trust/1`.
function M.trust(told)
  return { ("%s is %s"):format(told.workspace, told.trusted and "trusted" or "not trusted") }
end

--- `foreword.index/1`, and whatever else has no page of its own.
function M.plain(told)
  return vim.split(vim.inspect(told), "\n", { plain = true })
end

return M
