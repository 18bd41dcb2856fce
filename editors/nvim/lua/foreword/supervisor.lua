--- A server that died is started again, after growing pauses and a few times only. One that was asked to end stays so.

local M = {}

local NAME = "foreword"
local MOST = 4
--- Starts within that time; after them the user is told how to go on.
local WITHIN_S = 600
local FIRST_PAUSE_MS = 100
local PATIENCE_MS = 15000
--- How long a command waits for the server that it needs.
local TERMINATED = 15

---@type integer[] when it died, in seconds
local deaths = {}
---@type fun()[]
local waiting = {}
local is_pending = false

--- Let Neovim start it for the buffers that it belongs to.
local function start()
  is_pending = false
  if vim.lsp.is_enabled == nil or vim.lsp.is_enabled(NAME) then
    vim.lsp.enable(NAME)
  end
end

--- A server ended.
---@param code integer
---@param signal integer
---@return "wanted"|"restarts"|"dead"
function M.ended(code, signal)
  local is_wanted = signal == TERMINATED or (code == 0 and signal == 0)
  if is_wanted or vim.v.exiting ~= vim.NIL then
    return "wanted"
  end
  local now = os.time()
  deaths = vim.tbl_filter(function(moment)
    return now - moment < WITHIN_S
  end, deaths)
  table.insert(deaths, now)
  if #deaths > MOST then
    return "dead"
  end
  if not is_pending then
    is_pending = true
    vim.defer_fn(start, math.floor(FIRST_PAUSE_MS * 2 ^ (#deaths - 1)))
  end
  return "restarts"
end

--- The server is there: what waited for it goes on.
function M.started()
  local all = waiting
  waiting = {}
  for _, go_on in ipairs(all) do
    go_on()
  end
end

--- Do something once the server is there again; nothing if it did not die.
---@param go_on fun()
function M.when_started(go_on)
  if #deaths > 0 and #deaths <= MOST then
    table.insert(waiting, go_on)
  end
end

--- Whether it died too often to be started again.
---@return boolean
function M.has_given_up()
  return #deaths > MOST
end

--- Wait for a server that died to be there again.
---@param find fun(): vim.lsp.Client?
---@return vim.lsp.Client?
function M.revived(find)
  if M.has_given_up() or (not is_pending and #deaths == 0) then
    return nil
  end
  vim.wait(PATIENCE_MS, function()
    local found = find()
    return found ~= nil and found.initialized == true
  end, 20)
  return find()
end

--- The user starts it again: it has all its chances.
function M.forgive()
  deaths = {}
end

return M
