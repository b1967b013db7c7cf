-- Introspection (RFC 7662) of a random token out of a file of them, one a line.
--
-- Arguments: the file, and the client's Basic header.
local tokens, count, before = {}, 0, ""
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("seed", threads)
end

function init(arguments)
  for token in io.lines(arguments[1]) do
    count = count + 1
    tokens[count] = token
  end
  math.randomseed(os.time() * 10 + seed)
  local length = #"token=" + #tokens[1]
  before = "POST /oauth/introspect HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port
    .. "\r\nAuthorization: Basic " .. arguments[2]
    .. "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " .. length
    .. "\r\n\r\ntoken="
end

function request()
  return before .. tokens[math.random(count)]
end

function done(summary)
  local errors = summary.errors
  print(string.format("RESULT %.1f %d", summary.requests / (summary.duration / 1e6),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
