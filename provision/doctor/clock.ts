import { failure, ok, warning, type Finding } from './findings.ts';

const WARN_MS = 1_000;
/** Nodes show each other tokens that are good for a minute. */
const FAIL_MS = 30_000;

/**
 * How far another clock is from this machine's. Half of the time that asking took is not known.
 * @param theirs milliseconds, as they said between `asked` and `answered` of this machine's clock
 */
export function checkClock(
  name: string,
  theirs: number,
  { asked, answered }: { asked: number; answered: number },
): Finding {
  const subject = `Clock of ${name}`;
  const uncertainty = (answered - asked) / 2;
  const skew = theirs - (asked + uncertainty);
  const certain = Math.max(0, Math.abs(skew) - uncertainty);
  const seconds = (Math.abs(skew) / 1_000).toFixed(1);
  const message = `${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} this machine's`;
  const advice = 'Run an NTP client (chrony, systemd-timesyncd) on all machines.';
  if (certain > FAIL_MS) return failure(subject, message, advice);
  if (certain > WARN_MS) return warning(subject, message, advice);
  return ok(subject, "the same as this machine's");
}
