-- The code dance: an authorization request of a signed-in member who has
-- consented before, then the token request, with PKCE and the client's secret.
-- Connections share their thread's codes; a dance ends where tokens come.
--
-- Arguments: a file of session cookies, the client's id, its secret and
-- redirect URI encoded for a form, and its Basic header.
local cookies, count = {}, 0
local codes, waiting = {}, 0
local before_authorize, before_token, form = "", "", ""
local threads = {}
dances, failures, failure = 0, 0, ""

-- The example of RFC 7636, appendix B.
local VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
local CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

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
  local client_id, redirect_uri, basic = arguments[2], arguments[3], arguments[4]
  local host = " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port
  before_authorize = "GET /oauth/authorize?response_type=code&client_id=" .. client_id
    .. "&redirect_uri=" .. redirect_uri .. "&scope=profile&state=af0ifjsldkj"
    .. "&code_challenge=" .. CHALLENGE .. "&code_challenge_method=S256" .. host
    .. "\r\nCookie: hob_session="
  before_token = "POST /oauth/access_token" .. host .. "\r\nAuthorization: Basic " .. basic
    .. "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
  form = "grant_type=authorization_code&redirect_uri=" .. redirect_uri .. "&code_verifier="
    .. VERIFIER .. "&code="
end

function request()
  if waiting == 0 then
    return before_authorize .. cookies[math.random(count)] .. "\r\n\r\n"
  end
  local body = form .. codes[waiting]
  codes[waiting] = nil
  waiting = waiting - 1
  return before_token .. #body .. "\r\n\r\n" .. body
end

function response(status, headers, body)
  local location = headers["location"]
  local code = location and string.match(location, "[?&]code=([^&]+)")
  if code then
    waiting = waiting + 1
    codes[waiting] = code
  elseif status == 200 then
    dances = dances + 1
  else
    failures = failures + 1
    failure = status .. " " .. (location or body)
  end
end

function done(summary)
  local total, failed = 0, 0
  for _, thread in ipairs(threads) do
    total = total + thread:get("dances")
    failed = failed + thread:get("failures")
    if thread:get("failure") ~= "" then print("FAILURE " .. thread:get("failure")) end
  end
  local errors = summary.errors
  print(string.format("RESULT %.1f %d", total / (summary.duration / 1e6),
    failed + errors.connect + errors.read + errors.write + errors.timeout))
end
