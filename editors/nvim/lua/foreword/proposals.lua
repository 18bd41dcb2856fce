--- The proposals that the server keeps: those that are not decided yet, and the way back from those that were applied.

local client = require("foreword.client")

local M = {}

---@type string? the one that was applied last
local last_applied

--- A proposal was applied, or a part of it.
---@param id string
function M.note_applied(id)
  last_applied = id
end

--- Take back all that was applied of a proposal, in all of its files or in none.
---@param id? string the one that was applied last
function M.undo(id)
  id = id or last_applied
  local found = client.needed()
  if not id then
    client.tell("no proposal was applied here: u takes back what you typed", vim.log.levels.WARN)
  elseif found then
    client.command(found, "edit", { proposalId = id, undo = true }, function(result)
      local problem = result and result.problems[1]
      if problem then
        client.tell(problem.message, vim.log.levels.ERROR)
      elseif result then
        client.tell("taken back in all files; it is a proposal again (:Foreword proposals)")
      end
    end)
  end
end

--- Choose among the proposals that are not decided yet.
function M.choose()
  local found = client.needed()
  if not found then
    return
  end
  client.command(found, "proposals", {}, function(result)
    local proposals = result and result.proposals or {}
    if #proposals == 0 then
      client.tell("no proposal is undecided")
      return
    end
    local function named(one)
      local paths = vim.tbl_map(function(file)
        return file.path
      end, one.files)
      return ("%s  (%s)"):format(one.title, table.concat(paths, ", "))
    end
    local look = { prompt = "Proposal", format_item = named, kind = "foreword_proposal" }
    vim.ui.select(proposals, look, function(choice)
      if choice then
        require("foreword.edits").show(choice.proposalId)
      end
    end)
  end)
end

return M
