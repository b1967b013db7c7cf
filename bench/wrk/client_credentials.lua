-- Tokens for a client that acts for no member (RFC 6749, section 4.4).
--
-- Arguments: the client's Basic header.
function init(arguments)
  local body = "grant_type=client_credentials&scope=profile"
  wrk.method = "POST"
  wrk.path = "/oauth/access_token"
  wrk.headers["Authorization"] = "Basic " .. arguments[1]
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  wrk.body = body
  whole = wrk.format()
end

function request()
  return whole
end

function done(summary)
  local errors = summary.errors
  print(string.format("RESULT %.1f %d", summary.requests / (summary.duration / 1e6),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
