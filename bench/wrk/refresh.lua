-- Refreshes: each answer's refresh token is presented in a later request.
--
-- Arguments: a file of refresh tokens, of which each run needs fresh ones,
-- and the client's Basic header.
local tokens, count = {}, 0
local before = ""
local FORM = "grant_type=refresh_token&refresh_token="
local threads = {}
refreshes, failures, failure = 0, 0, ""

function setup(thread)
  table.insert(threads, thread)
  thread:set("part", #threads)
end

-- The threads share out the tokens of the file.
function init(arguments)
  local line = 0
  for token in io.lines(arguments[1]) do
    line = line + 1
    if line % 2 == part % 2 then
      count = count + 1
      tokens[count] = token
    end
  end
  before = "POST /oauth/access_token HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port
    .. "\r\nAuthorization: Basic " .. arguments[2]
    .. "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
end

function request()
  local body = FORM .. tokens[count]
  tokens[count] = nil
  count = count - 1
  return before .. #body .. "\r\n\r\n" .. body
end

function response(status, headers, body)
  local token = status == 200 and string.match(body, '"refresh_token":"([^"]+)"')
  if token then
    refreshes = refreshes + 1
    count = count + 1
    tokens[count] = token
  else
    failures = failures + 1
    failure = status .. " " .. body
  end
end

function done(summary)
  local total, failed = 0, 0
  for _, thread in ipairs(threads) do
    total = total + thread:get("refreshes")
    failed = failed + thread:get("failures")
    if thread:get("failure") ~= "" then print("FAILURE " .. thread:get("failure")) end
  end
  local errors = summary.errors
  print(string.format("RESULT %.1f %d", total / (summary.duration / 1e6),
    failed + errors.connect + errors.read + errors.write + errors.timeout))
end
