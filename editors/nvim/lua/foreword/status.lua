--- How the folders stand, as the server told last.

local client = require("foreword.client")
local json_null = require("foreword.json_null")

local M = {}

---@class foreword.Standing
---@field workspace string
---@field index { done: integer, total: integer }
---@field provider string
---@field model string
---@field warmUntil? number seconds since 1970
---@field hitRatio? number
---@field spentToday number

---@type table<integer, table<string, foreword.Standing>>
local known = {}

local function redraw()
  vim.cmd.redrawstatus({ bang = true })
end

--- The handler of `foreword/status`; a `User ForewordStatus` event follows.
---@param told foreword.Standing
---@param client_id integer
function M.note(told, client_id)
  told = json_null.without(told)
  known[client_id] = vim.tbl_extend("force", known[client_id] or {}, { [told.workspace] = told })
  vim.api.nvim_exec_autocmds("User", { pattern = "ForewordStatus", modeline = false, data = told })
  redraw()
  local left = told.warmUntil and told.warmUntil - os.time()
  if left and left > 0 then
    vim.defer_fn(redraw, math.ceil(left + 1) * 1000)
  end
end

--- A server is gone.
---@param client_id integer
function M.forget(client_id)
  known[client_id] = nil
  redraw()
end

---@param uri string
---@param folder string
local function is_in(uri, folder)
  return vim.startswith(uri, (folder:gsub("/?$", "/")))
end

--- Where the folder of a buffer stands; of one that is in no folder, the first of its server.
---@param buffer integer
---@return foreword.Standing?
function M.of(buffer)
  local found = client.find(buffer)
  local folders = found and known[found.id] or {}
  local uri, names = vim.uri_from_bufnr(buffer), vim.tbl_keys(folders)
  table.sort(names)
  local inner
  for _, name in ipairs(names) do
    inner = is_in(uri, name) and name or inner
  end
  return folders[inner or names[1]]
end

--- The time until then.
---@param moment? number seconds since 1970
---@return string
function M.minutes(moment)
  return ("%d min"):format(math.max(1, math.floor(((moment or 0) - os.time()) / 60 + 0.5)))
end

---@param buffer integer
---@return string
function M.text(buffer)
  local standing = M.of(buffer)
  if not standing then
    return ""
  end
  local index = standing.index
  if index.done < index.total then
    return ("foreword: index %d/%d"):format(index.done, index.total)
  end
  local is_warm = (standing.warmUntil or 0) > os.time()
  local parts = { is_warm and "warm " .. M.minutes(standing.warmUntil) or "cold" }
  if standing.hitRatio then
    table.insert(parts, ("%d%% cached"):format(math.floor(standing.hitRatio * 100 + 0.5)))
  end
  table.insert(parts, ("$%.2f today"):format(standing.spentToday))
  return "foreword: " .. table.concat(parts, " · ")
end

return M
