-- Sends the requests of a file one after the other, from the first again after the last: see load.mjs.
local function read(line)
  local parts = {}
  for part in (line .. "\t"):gmatch("(.-)\t") do
    parts[#parts + 1] = part
  end
  local headers = {}
  for index = 4, #parts, 2 do
    headers[parts[index]] = parts[index + 1]
  end
  return parts[1], parts[2], headers, parts[3] ~= "" and parts[3] or nil
end

local lines = {}
for line in io.lines(os.getenv("REQUESTS")) do
  lines[#lines + 1] = line
end

if #lines == 1 then
  -- Without a function for each request it sends this one at its fastest.
  wrk.method, wrk.path, wrk.headers, wrk.body = read(lines[1])
else
  local requests = {}
  local sent = 0

  -- Only here the host is known that each request must name.
  function init()
    for index, line in ipairs(lines) do
      requests[index] = wrk.format(read(line))
    end
  end

  function request()
    sent = sent + 1
    return requests[(sent - 1) % #requests + 1]
  end
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  print(string.format("COUNTED %d %d %d %d", summary.requests, summary.duration, latency:percentile(99), failed))
end
