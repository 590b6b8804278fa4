-- append(stream, expected_last, source, entries): write only after the entry that we expect.
-- Returns {written, last id, ce_id of the last entry}; the latter two as found before.
-- No pcall: an error (out of memory, say) must reach the caller.
local last, ce_id = '0-0', ''
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
    if info[i] == 'last-entry' and info[i + 1] then ce_id = info[i + 1][2][2] end
  end
end
if last ~= ARGV[1] then return {0, last, ce_id} end
for i = 3, #ARGV, 11 do
  redis.call('XADD', KEYS[1], ARGV[i],
    'ce_id', ARGV[i + 1], 'ce_source', ARGV[2], 'ce_type', ARGV[i + 2], 'ce_time', ARGV[i + 3],
    'ce_subject', ARGV[i + 4], 'ce_dataschema', ARGV[i + 5], 'ce_partitionkey', ARGV[i + 6],
    'ce_sequence', ARGV[i + 7], 'traceparent', ARGV[i + 8], 'actor', ARGV[i + 9], 'data', ARGV[i + 10])
end
return {1, last, ce_id}
