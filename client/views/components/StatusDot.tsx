import type { PresenceStatus } from '../../../protocol/people.ts';

/** Shapes differ as well as colours; the word stands beside it, or in the name of what it is on. */
export function StatusDot({ status }: { status: PresenceStatus }) {
  return <span class={`status-dot status-${status}`} data-status={status} aria-hidden="true" />;
}
