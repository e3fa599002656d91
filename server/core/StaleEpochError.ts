/**
 * Somebody with a higher epoch owns the meeting now: whoever gets this has lost it, and changes
 * nothing of it any more. Never reaches a client.
 */
export class StaleEpochError extends Error {
  readonly meetingId: string;
  readonly epoch: number;

  constructor(meetingId: string, epoch: number) {
    super(`Meeting ${meetingId} has an owner with a higher epoch than ${epoch}.`);
    this.name = 'StaleEpochError';
    this.meetingId = meetingId;
    this.epoch = epoch;
  }
}
