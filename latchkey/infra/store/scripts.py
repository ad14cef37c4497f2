"""Lua scripts for values in Redis: what has to be one step, and one command.

Each argument list is made where the script is called, in ``redis_store``.
"""

from latchkey.infra.store.vault import MAX_BYTES

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
