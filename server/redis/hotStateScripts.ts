import { defineScript } from './scripts.ts';

/**
 * A write of a lower epoch than any known is refused. The state remembers one as well, since a wiped
 * Redis has no other until the owner claims its lease again.
 */
const LUA_STALE = `
local function stale(highest, state, epoch)
  local stored = tonumber(redis.call('GET', highest) or '0')
  local written = tonumber(redis.call('HGET', state, 'epoch') or '0')
  return math.max(stored, written) > tonumber(epoch)
end
`;

/** KEYS: state, participants. Answers [startedAt or nothing, savedAt or nothing, JSON of each participant]. */
export const LOAD = defineScript(`
local state = redis.call('HMGET', KEYS[1], 'startedAt', 'savedAt')
return { state[1], state[2], redis.call('HVALS', KEYS[2]) }
`);

/**
 * KEYS: epoch, state, participants.
 * ARGV: epoch, TTL, startedAt, savedAt, how many are put, id and JSON of each, ids of those who are removed.
 * Answers 1, or 0 when the epoch is too low.
 */
export const SAVE = defineScript(`${LUA_STALE}
local highest, state, participants = KEYS[1], KEYS[2], KEYS[3]
local epoch, ttl, startedAt, savedAt, put = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
if stale(highest, state, epoch) then return 0 end
redis.call('HSET', state, 'epoch', epoch, 'startedAt', startedAt, 'savedAt', savedAt)
local at = 6
for _ = 1, put do
  redis.call('HSET', participants, ARGV[at], ARGV[at + 1])
  at = at + 2
end
for position = at, #ARGV do redis.call('HDEL', participants, ARGV[position]) end
redis.call('PEXPIRE', state, ttl)
redis.call('PEXPIRE', participants, ttl)
return 1
`);

/** KEYS: epoch, state, participants. ARGV: epoch. Answers 1, or 0 when the epoch is too low. */
export const CLEAR = defineScript(`${LUA_STALE}
if stale(KEYS[1], KEYS[2], ARGV[1]) then return 0 end
redis.call('DEL', KEYS[2], KEYS[3])
return 1
`);
