-- A page, for a random one of the members who are signed in.
--
-- Arguments: a file of session cookies, and a text that the page has to have.
local cookies, count = {}, 0
local expected, before = "", ""
local threads = {}
failures, failure = 0, ""

function setup(thread)
  table.insert(threads, thread)
  thread:set("seed", #threads)
end

function init(arguments)
  for cookie in io.lines(arguments[1]) do
    count = count + 1
    cookies[count] = cookie
  end
  math.randomseed(os.time() * 10 + seed)
  expected = arguments[2]
  before = "GET " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port
    .. "\r\nCookie: hob_session="
end

function request()
  return before .. cookies[math.random(count)] .. "\r\n\r\n"
end

function response(status, headers, body)
  if status ~= 200 or not string.find(body, expected, 1, true) then
    failures = failures + 1
    failure = status .. " " .. body
  end
end

function done(summary)
  local failed = 0
  for _, thread in ipairs(threads) do
    failed = failed + thread:get("failures")
    if thread:get("failure") ~= "" then print("FAILURE " .. thread:get("failure")) end
  end
  local errors = summary.errors
  print(string.format("RESULT %.1f %d", summary.requests / (summary.duration / 1e6),
    failed + errors.connect + errors.read + errors.write + errors.timeout))
end
