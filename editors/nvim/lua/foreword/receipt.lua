--- The receipt of an answer: the sentence that the server makes, and what it leaves out.

local M = {}

--- For below an answer.
---@param receipt foreword.Receipt
---@return string
function M.line(receipt)
  return receipt.summary
end

--- Unfolded.
---@param receipt foreword.Receipt
---@return string[]
function M.lines(receipt)
  local tokens, files = receipt.tokens, receipt.freshness.deltaFiles
  local lines = {
    receipt.summary,
    ("  tokens: %d written for 5 min, %d for 1 h; %d of output"):format(
      tokens.write5m,
      tokens.write1h,
      tokens.output
    ),
    ("  prices: %s%s"):format(receipt.cost.pricedAs, receipt.cost.estimated and ", estimated" or ""),
  }
  if receipt.cache.detail ~= "" then
    table.insert(lines, "  cache: " .. receipt.cache.detail)
  end
  if #files > 0 then
    table.insert(lines, "  changed: " .. table.concat(files, ", "))
  end
  -- Receipts of older releases say nothing of unsaved text.
  local unsaved = receipt.freshness.unsaved or {}
  if #unsaved > 0 then
    table.insert(lines, "  unsaved text sent: " .. table.concat(unsaved, ", "))
  end
  for _, left in ipairs(receipt.freshness.unsavedLeftOut or {}) do
    table.insert(lines, ("  unsaved text left out: %s (%s)"):format(left.path, left.reason))
  end
  return lines
end

return M
