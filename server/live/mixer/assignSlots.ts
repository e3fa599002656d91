/** Which input each slot decodes. Pure. */

/**
 * Whatever is decoded and still wanted stays where it is: moving it would cost a key frame and a moment
 * of its old picture. The rest of `wanted` takes free slots first, those that nobody wants next.
 * @param wanted inputs, the most important first; those beyond the slots get none
 */
export function assignSlots(
  slots: readonly (string | null)[],
  wanted: readonly string[],
): (string | null)[] {
  const important = [...new Set(wanted)].slice(0, slots.length);
  const next = slots.map((input) => (input !== null && important.includes(input) ? input : null));
  const coming = important.filter((input) => !next.includes(input));
  // An empty slot has nothing of somebody else in it.
  const free = next.flatMap((input, index) => (input === null ? [index] : []));
  free.sort((a, b) => Number(slots[a] !== null) - Number(slots[b] !== null));
  for (const [order, index] of free.entries()) next[index] = coming[order] ?? null;
  return next;
}
