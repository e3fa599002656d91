/**
 * Which message was the last one at a moment of a recording; −1: none yet.
 * @param messages in the order of their places @param atMs milliseconds after the recording's beginning
 */
export function currentMessage(messages: readonly { offsetMs: number }[], atMs: number): number {
  return messages.findLastIndex(({ offsetMs }) => offsetMs <= atMs);
}
