"""Lua scripts for values and rates in Redis: what has to be one step, and one command.

Each argument list is made where the script is called, in ``redis_store``.
"""

from latchkey.infra.store.vault import MAX_BYTES

# Redis's own clock, so those of the machines need not agree. A sorted set of the latest moments:
# the one that is ``most`` places back decides when the next may be. Libraries for rate limits only
# refuse; here a caller that is a little too early gets a later slot instead. With a third key, the
# moment to send is reserved there, too, if it is now: the last one at which it may be sent. Before
# that, former ones are corrected to when it was sent.
RESERVE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local most, span, patience = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZADD', KEYS[2], now, ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[2], 0, now - tonumber(ARGV[5]))
local peers = redis.call('ZCARD', KEYS[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - span)
local slot = now
local before = redis.call('ZREVRANGE', KEYS[1], most - 1, most - 1, 'WITHSCORES')[2]
if before then slot = math.max(now, before + span) end
if slot - now > patience then return {tostring(slot - now), peers, 0, 0} end
redis.call('ZADD', KEYS[1], string.format('%.3f', slot), ARGV[6])
local function keep(key, milliseconds)
  redis.call('PEXPIRE', key, math.max(redis.call('PTTL', key), math.ceil(milliseconds)))
end
keep(KEYS[1], slot - now + span)
local sent = KEYS[3]
if not sent then return {tostring(slot - now), peers, 1, 0} end
local few, far, grace = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
for i = 11, #ARGV, 2 do redis.call('ZADD', sent, 'XX', 'INCR', -ARGV[i + 1], ARGV[i]) end
if slot > now or redis.call('ZCOUNT', sent, now - 2 * far, '+inf') >= few then
  return {tostring(slot - now), peers, 1, 0}
end
redis.call('ZADD', sent, string.format('%.3f', now + grace), ARGV[10])
keep(sent, grace + 2 * far)
return {tostring(slot - now), peers, 1, 1}
"""
# Several values in one command. ``ARGV[1]`` says whether the last one is kept only where there is
# none yet. The same command may come twice, when no answer came to the first: what lies there then
# is what it brings.
WRITE = """
local kept = 1
for i, name in ipairs(KEYS) do
  local value = ARGV[2 * i]
  local set = {'SET', name, value, 'PX', ARGV[2 * i + 1]}
  if i == #KEYS and ARGV[1] == '1' then table.insert(set, 'NX') end
  if not redis.call(unpack(set)) and redis.pcall('GETRANGE', name, 0, #value) ~= value then
    kept = 0
  end
end
return kept
"""
# As GETDEL, except that it reads no more than a value of ours can be.
TAKE = f"""
local value = redis.call('GETRANGE', KEYS[1], 0, {MAX_BYTES})
redis.call('DEL', KEYS[1])
return value
"""
