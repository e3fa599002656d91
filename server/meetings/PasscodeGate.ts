import { verifyPasscode } from '../auth/passwords.ts';
import type { RateLimits } from '../auth/RateLimits.ts';
import type { PasscodeState } from './joinPolicy.ts';
import type { MeetingRecord } from './stores.ts';

/** Checks passcodes under the limits on guessing. */
export class PasscodeGate {
  readonly #limits: RateLimits;

  constructor(limits: RateLimits) {
    this.#limits = limits;
  }

  /** @throws AppError RATE_LIMITED after too many wrong ones by this person, from this device or address or at all. */
  async check(
    meeting: MeetingRecord,
    passcode: string | undefined,
    by: { userId: string; deviceId: string | null; address: string },
  ): Promise<PasscodeState> {
    const { id, passcodeHash } = meeting;
    // Whoever may enter without one makes no guess.
    if (passcodeHash === null || by.userId === meeting.hostId) return 'right';
    if (passcode === undefined) return 'missing';
    const right = await this.#limits.guess(
      [
        { name: 'passcodePerPerson', key: `${id} ${by.userId}` },
        // A guest can be somebody else at any time; the browser stays the same.
        ...(by.deviceId === null
          ? []
          : [{ name: 'passcodePerDevice' as const, key: `${id} ${by.deviceId}` }]),
        { name: 'passcodePerAddress', key: `${id} ${by.address}` },
        { name: 'passcodePerMeeting', key: id },
      ],
      () => verifyPasscode(passcodeHash, passcode),
    );
    return right ? 'right' : 'wrong';
  }
}
