import { defineScript, LUA_FUNCTIONS } from './scripts.ts';

/**
 * One heartbeat, and everybody's: one round trip for each node and interval.
 *
 * `cluster:gen` says in `since` from when on nodes could register: its own beginning, or the end of a
 * time in which nobody had a heartbeat, when Redis was away and kept its data. A node that is silent
 * is forgotten only when it had the time to come back since then.
 *
 * KEYS: own node, nodes, generation, own mark.
 * ARGV: instance, identity, load, mark as far as the node knows it, node's TTL, id for a new generation or registration, settling
 * time, TTL of what is shared, silence of everybody that means that Redis was away; times in
 * milliseconds.
 * Answers: [generation, registration, which is another when this node was not registered any more,
 * [instance, identity, load, mark, milliseconds since its heartbeat, …]].
 */
export const HEARTBEAT = defineScript(`${LUA_FUNCTIONS}
local node, nodes, generation = KEYS[1], KEYS[2], KEYS[3]
local self, identity, load, mark = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local nodeTtl, newId, settle, sharedTtl = ARGV[5], ARGV[6], tonumber(ARGV[7]), ARGV[8]
local silence = ARGV[9]
local time = now()

if redis.call('EXISTS', generation) == 0 then
  redis.call('HSET', generation, 'id', newId, 'since', text(time))
elseif all_silent(nodes, time, silence) then
  redis.call('HSET', generation, 'since', text(time))
end
redis.call('PEXPIRE', generation, sharedTtl)
local age = time - tonumber(redis.call('HGET', generation, 'since'))

-- Not answered by whether it was there: the answer to a heartbeat that made it again may be lost.
redis.call('HSETNX', node, 'registration', newId)
redis.call('HSET', node, 'identity', identity, 'load', load, 'hb', text(time))
-- A node that was declared dead may not have heard of its last mark.
redis.call('HSETNX', node, 'mark', redis.call('GET', KEYS[4]) or mark)
redis.call('PEXPIRE', node, nodeTtl)
redis.call('ZADD', nodes, text(time), self)
redis.call('PEXPIRE', nodes, sharedTtl)

local alive = {}
for _, instance in ipairs(redis.call('ZRANGE', nodes, 0, -1)) do
  local known = redis.call('HMGET', 'n:' .. instance, 'identity', 'load', 'mark', 'hb')
  if known[1] and known[4] then
    alive[#alive + 1] = instance
    alive[#alive + 1] = known[1]
    alive[#alive + 1] = known[2] or ''
    alive[#alive + 1] = known[3] or ''
    alive[#alive + 1] = time - tonumber(known[4])
  elseif age > settle then
    redis.call('ZREM', nodes, instance)
  end
end
return { redis.call('HGET', generation, 'id'), redis.call('HGET', node, 'registration'), alive }
`);

/**
 * KEYS: the node, its mark. ARGV: mark, milliseconds for which it outlives the node.
 * Answers 1, or 0 when there is no such node.
 */
export const MARK = defineScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'mark', ARGV[1])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 1
`);

/** A node is gone. KEYS: the node, nodes. ARGV: instance. */
export const REMOVE = defineScript(`
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
`);
