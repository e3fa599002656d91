import { defineScript, LUA_FUNCTIONS } from './scripts.ts';

/**
 * Takes a meeting. Refused for now, with the milliseconds to wait, while the owner may be about to
 * come back: within the settling time after `cluster:gen`'s `since`, or before there is one,
 *
 * - when an owner's key has run out and nobody has declared it dead, since Redis was away; this may
 *   be what Redis does first when it is back, before any heartbeat has moved `since`;
 * - when Redis knows nothing of a meeting that had an owner once, since Redis was wiped.
 *
 * The second is told by the epoch that the caller knows from the database. A cluster that starts for
 * the first time has only meetings without one and waits for nothing; whether the node that made the
 * generation was there before the wipe does not matter.
 *
 * KEYS: owner, epoch, nodes, generation.
 * ARGV: instance, known epoch, settling time, TTL of the lease, TTL of the epoch, silence of
 * everybody that means that Redis was away.
 * Answers [1, epoch], [0, owner, epoch] or [-1, milliseconds].
 */
export const ACQUIRE = defineScript(`${LUA_FUNCTIONS}
local lease, highest, nodes, generation = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local self, known, settle = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local leaseTtl, epochTtl, silence = ARGV[4], ARGV[5], ARGV[6]
local time = now()

local owner = redis.call('HGET', lease, 'owner')
if owner and owner ~= self and redis.call('EXISTS', 'n:' .. owner) == 1 then
  return { 0, owner, tonumber(redis.call('HGET', lease, 'epoch')) }
end

local stored = tonumber(redis.call('GET', highest) or '0')
local forgotten = not owner and stored == 0 and known > 0
local silent = owner and owner ~= self and redis.call('ZSCORE', nodes, owner)
if forgotten or silent then
  local since = tonumber(redis.call('HGET', generation, 'since') or '0')
  if since == 0 or all_silent(nodes, time, silence) then since = time end
  local wait = settle - (time - since)
  if wait > 0 then return { -1, wait } end
end

local epoch = math.max(stored, known, time) + 1
redis.call('HSET', lease, 'owner', self, 'epoch', text(epoch))
redis.call('PEXPIRE', lease, leaseTtl)
redis.call('SET', highest, text(epoch), 'PX', epochTtl)
return { 1, epoch }
`);

/** KEYS: owner. Answers [owner, epoch], or nothing when there is no owner that is alive. */
export const FIND = defineScript(`
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch')
if not lease[1] or redis.call('EXISTS', 'n:' .. lease[1]) == 0 then return false end
return { lease[1], tonumber(lease[2]) }
`);

/** KEYS: owner. ARGV: epoch. Answers whether that was the latest. */
export const RELEASE = defineScript(`
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return 1
`);

/**
 * Claims a meeting at an epoch acquired earlier, unless there was a higher one since, or another has
 * it at this one. Epochs alone decide, so of several that claim it the last one to acquire it wins,
 * in whichever order they come.
 *
 * KEYS: owner, epoch. ARGV: instance, epoch, TTL of the lease, TTL of the epoch.
 * Answers whether it is this node's.
 */
export const REASSERT = defineScript(`
local lease, highest = KEYS[1], KEYS[2]
local self, epoch = ARGV[1], tonumber(ARGV[2])
local known = redis.call('HMGET', lease, 'owner', 'epoch')
local stored = math.max(tonumber(redis.call('GET', highest) or '0'), tonumber(known[2] or '0'))
if stored > epoch then return 0 end
if stored == epoch and known[1] and known[1] ~= self then return 0 end
redis.call('HSET', lease, 'owner', self, 'epoch', ARGV[2])
redis.call('PEXPIRE', lease, ARGV[3])
redis.call('SET', highest, ARGV[2], 'PX', ARGV[4])
return 1
`);

/**
 * Renews a lease, and with it what is kept of its meeting, however long nobody comes or goes.
 *
 * KEYS: owner, epoch, state, participants. ARGV: epoch, TTL of the lease, TTL of the epoch.
 * Answers whether the lease is still the one with that epoch.
 */
export const RENEW = defineScript(`
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('PEXPIRE', KEYS[3], ARGV[2])
redis.call('PEXPIRE', KEYS[4], ARGV[2])
return 1
`);
