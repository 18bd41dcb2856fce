--- The commit message for what is staged.

local client = require("foreword.client")

local M = {}

--- Put it where a commit message is being written, above what stands there.
---@param buffer integer
---@param lines string[]
local function put(buffer, lines)
  local first = vim.api.nvim_buf_get_lines(buffer, 0, 1, false)[1]
  vim.api.nvim_buf_set_lines(buffer, 0, first == "" and 1 or 0, false, lines)
end

--- Write it into the buffer of `git commit`; elsewhere show it, and keep it in the unnamed register.
function M.write()
  local found, buffer = client.needed(), vim.api.nvim_get_current_buf()
  if not found then
    return
  end
  client.tell("writing the commit message (:Foreword stop ends that)")
  client.command(found, "commit", {}, function(result)
    if not result then
      return
    end
    local lines = vim.split(vim.trim(result.message), "\n", { plain = true })
    if vim.api.nvim_buf_is_valid(buffer) and vim.bo[buffer].filetype == "gitcommit" then
      put(buffer, lines)
      client.tell(result.receipt.summary)
      return
    end
    vim.fn.setreg('"', result.message)
    require("foreword.float").show("commit message (p puts it)", lines)
  end)
end

return M
