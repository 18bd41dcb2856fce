---@meta foreword.protocol
--- What the server says, as far as it is read here; `editors/README.md` has all of it.

---@class foreword.Problem
---@field message string

---@class foreword.Tokens
---@field fresh integer
---@field write5m integer
---@field write1h integer
---@field read integer
---@field output integer

---@class foreword.Cost
---@field total number US dollars
---@field saved number
---@field withoutCache number
---@field pricedAs string
---@field estimated boolean

---@class foreword.Receipt
---@field summary string
---@field tokens foreword.Tokens
---@field cost foreword.Cost
---@field cache { verdict: string, detail: string, simulated: boolean }
---@field freshness { deltaFiles: string[], unsaved?: string[], unsavedLeftOut?: { path: string, reason: string }[] }
---@field latency { totalMs: number }

---@class foreword.Edit
---@field path string
---@field uri? string
---@field kind "change"|"create"|"delete"|"rename"
---@field diff string
---@field runsHere? boolean it changes what runs on the user's machine

--- As `foreword.edit/1` or `foreword.proposal/1`.
---@class foreword.Edits
---@field proposalId string
---@field edits foreword.Edit[]
---@field hunks table<string, string[]> by path
---@field problems foreword.Problem[]
---@field applied boolean
---@field pending? table<string, integer[]> numbers of hunks that are not decided, by path
---@field text? string

--- One that came with an answer of a chat.
---@class foreword.Proposal
---@field proposalId string
---@field files { path: string }[]
---@field problems foreword.Problem[]

--- As `foreword.answer/1`.
---@class foreword.Answer
---@field receipt foreword.Receipt
---@field note? string

--- The result of `foreword/chat/send`.
---@class foreword.Turn: foreword.Answer
---@field questionId string
---@field messageId string
---@field proposals foreword.Proposal[]

--- A message in `foreword/chat/history`; questions have no receipt.
---@class foreword.Kept
---@field id string
---@field role "user"|"assistant"
---@field text string
---@field receipt? foreword.Receipt
---@field proposals? foreword.Proposal[]
---@field attachments? foreword.Attachment[]
---@field note? string

--- A chat in `foreword/chat/list`.
---@class foreword.Listed
---@field chatId string
---@field title string
---@field at string

--- A file or lines of it, or a picture or a PDF file, whose data the server does not tell again.
---@class foreword.Attachment
---@field uri? string
---@field range? lsp.Range
---@field kind? "image"|"document"
---@field mediaType? string
---@field name? string
---@field data? string in base64

--- As `foreword.models/1`.
---@class foreword.Model
---@field id string
---@field prices? { input: number, output: number } US dollars a million tokens
---@field retired? string
---@field offered? boolean

---@class foreword.Task
---@field kind string
---@field uri string
---@field range? lsp.Range
---@field symbol? string
---@field instruction? string
---@field diagnostics? lsp.Diagnostic[]

--- A piece of what streams.
---@class foreword.Piece
---@field kind "text"|"tool"|"proposal"|"receipt"
---@field text? string
---@field line? string

--- What the model writes of an edit: whole lines for a range of whole lines.
---@class foreword.Draft
---@field kind "draft"
---@field number integer a later draft with the same number replaces the earlier one
---@field uri string
---@field range lsp.Range
---@field newText string

--- A value of work-done progress.
---@class foreword.Work
---@field kind "begin"|"report"|"end"
---@field message? string

--- As `foreword.context/1`.
---@class foreword.Context
---@field tokens integer
---@field budget integer
---@field budgetWhy string
---@field layers foreword.Layer[]
---@field leftOut { path: string, reason: string }[]
---@field notPinned { path: string, reason: string }[]
---@field notShown integer
---@field change? { pinned: string[], unpinned: string[], message: string }

---@class foreword.Layer
---@field name string
---@field tokens integer
---@field breakpoint? string how long it is kept
---@field warm? boolean whether the cache probably has it; nil for what is not cached
---@field warmUntil? number seconds since 1970
---@field files { path: string, tokens: integer, form: string, pinned: boolean }[]

--- As `foreword.usage/1`.
---@class foreword.Usage
---@field by string
---@field rows foreword.UsageRow[]
---@field totals foreword.UsageRow[]

---@class foreword.UsageRow
---@field group string
---@field simulated boolean
---@field requests integer
---@field tokens foreword.Tokens
---@field cost foreword.Cost

--- As `foreword.forecast/1`.
---@class foreword.Forecast
---@field tokens { prompt: number, read: number, prefix: number }
---@field cost { mean: number, max: number, hit: number, miss: number, withoutCache: number }
---@field warmUntil? number
---@field advice? string[]

--- As `foreword.warm/1`.
---@class foreword.Warmed
---@field outcome string
---@field reason? string
---@field why? string
---@field warmUntil? number seconds since 1970

--- As `foreword.doctor/1`.
---@class foreword.Doctor
---@field facts table<string, string>
---@field problems foreword.Problem[]
