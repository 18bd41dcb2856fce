--- The receipt of an answer in words: one line, or all of it.

local M = {}

---@param amount number US dollars
local function dollars(amount)
  return (math.abs(amount) >= 1 and "$%.2f" or "$%.4f"):format(amount)
end

local function prompt_tokens(tokens)
  return tokens.fresh + tokens.write5m + tokens.write1h + tokens.read
end

local function freshness(receipt)
  local count = #receipt.freshness.deltaFiles
  return count == 0 and "fresh: as at the anchor"
    or ("fresh: knows of %d changed %s"):format(count, count == 1 and "file" or "files")
end

--- For below an answer.
---@param receipt foreword.Receipt
---@return string
function M.line(receipt)
  local cost, cache, tokens = receipt.cost, receipt.cache, receipt.tokens
  local prompt = prompt_tokens(tokens)
  local share = prompt > 0 and math.floor(100 * tokens.read / prompt + 0.5) or 0
  return table.concat({
    (cache.simulated and "simulated cache: %s, %d%% read" or "cache: %s, %d%% read"):format(cache.verdict, share),
    (cost.saved >= 0 and "%s, %s saved" or "%s, %s more than uncached"):format(
      dollars(cost.total),
      dollars(math.abs(cost.saved))
    ),
    freshness(receipt),
    ("%.1f s"):format(receipt.latency.totalMs / 1000),
  }, " · ")
end

--- Unfolded.
---@param receipt foreword.Receipt
---@return string[]
function M.lines(receipt)
  local tokens, cost, files = receipt.tokens, receipt.cost, receipt.freshness.deltaFiles
  local lines = {
    M.line(receipt),
    ("  tokens: %d read, %d written, %d fresh; %d of output"):format(
      tokens.read,
      tokens.write5m + tokens.write1h,
      tokens.fresh,
      tokens.output
    ),
    ("  cost: %s, without a cache %s (priced as %s)"):format(
      dollars(cost.total),
      dollars(cost.withoutCache),
      cost.pricedAs
    ),
  }
  if receipt.cache.detail ~= "" then
    table.insert(lines, "  cache: " .. receipt.cache.detail)
  end
  if #files > 0 then
    table.insert(lines, "  changed: " .. table.concat(files, ", "))
  end
  return lines
end

return M
