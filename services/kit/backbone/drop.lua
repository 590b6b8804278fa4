-- drop(stream, expected_last): delete the stream, unless somebody wrote to it since we looked.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' and info[i + 1] == ARGV[1] then
    return redis.call('DEL', KEYS[1])
  end
end
return 0
