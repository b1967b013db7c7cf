-- The same request over and over.
function done(summary)
  local errors = summary.errors
  print(string.format("RESULT %.1f %d", summary.requests / (summary.duration / 1e6),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
