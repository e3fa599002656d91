import { createHash } from 'node:crypto';

/** A Lua script, which Redis runs as a whole or not at all. */
export interface Script {
  readonly lua: string;
  /** How Redis knows it once it has seen it. */
  readonly sha: string;
}

export function defineScript(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/**
 * Functions for several scripts. Numbers of more than 14 digits would lose the last ones where Lua
 * turns them into text itself.
 */
export const LUA_FUNCTIONS = `
local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local function text(number)
  return string.format('%.0f', number)
end
local function all_silent(nodes, time, silence)
  local latest = redis.call('ZREVRANGE', nodes, 0, 0, 'WITHSCORES')
  return latest[2] and time - tonumber(latest[2]) > tonumber(silence)
end
`;
