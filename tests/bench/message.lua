-- wrk: every request is a new message of one of the sessions in $TOKENS (a file, one token a line).
local tokens = {}
for line in io.lines(os.getenv("TOKENS")) do tokens[#tokens + 1] = line end
local n = 0
local started = 0

function setup(t)
	started = started + 1
	t:set("number", started)
end

function request()
	n = n + 1
	local token = tokens[n % #tokens + 1]
	local body = string.format('{"id":"bench-%d-%d-%s","text":"hello there","lang":"en"}', number, n, os.getenv("ROUND"))
	return wrk.format("POST", "/api/v1/messages",
		{ ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json" }, body)
end
