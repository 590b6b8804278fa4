-- trim(stream, incarnation, n): remove the entries below, never the last one.
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not last then return 0 end
local incarnation, n = string.match(last[1], '(%d+)-(%d+)')
local low = ARGV[1] .. '-' .. ARGV[2]
if tonumber(incarnation) < tonumber(ARGV[1])
  or (tonumber(incarnation) == tonumber(ARGV[1]) and tonumber(n) < tonumber(ARGV[2])) then
  low = last[1]
end
return redis.call('XTRIM', KEYS[1], 'MINID', low)
