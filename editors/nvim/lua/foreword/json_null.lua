--- JSON's null, which Neovim 0.12 hands on as `vim.NIL` where 0.11 leaves it out.

local M = {}

--- A value of JSON without nulls.
---@generic T
---@param value T
---@return T
function M.without(value)
  if value == vim.NIL then
    return nil
  elseif type(value) ~= "table" then
    return value
  end
  for key, inner in pairs(value) do
    value[key] = M.without(inner)
  end
  return value
end

return M
