import { signal } from '@preact/signals';
import { CaptureError } from '../media/capture.ts';
import type { CaptureModel, DeviceChoice, DeviceProblem } from './models.ts';
import { keptLocally } from './storage.ts';

interface CaptureOptions {
  /** Under which its choices are kept. */
  name: 'camera' | 'microphone';
  open: (deviceId: string | null) => Promise<MediaStreamTrack>;
  /**
   * Whether the device stays open while it is not wanted, silenced: a microphone must be there at
   * once for whoever speaks up; a camera's light must go out.
   */
  keepOpen: boolean;
  /** The track in use ended by itself: unplugged, or taken away. */
  onLost: () => void;
  /** A device was opened: labels and permissions may be known only now. */
  onOpened: () => void;
}

/** A capturing device as views see it, with what the other models do to it. */
export interface Capture extends CaptureModel {
  setChoices(choices: readonly DeviceChoice[]): void;
  /** Opens it if it is wanted. Never rejects. */
  open(): Promise<void>;
  close(): void;
}

export function createCapture(options: CaptureOptions): Capture {
  const kept = {
    device: keptLocally(`${options.name}-device`),
    off: keptLocally(`${options.name}-off`),
  };
  const choices = signal<readonly DeviceChoice[]>([]);
  const selected = signal(kept.device.get());
  const wanted = signal(kept.off.get() === null);
  const track = signal<MediaStreamTrack | null>(null);
  const opening = signal(false);
  const problem = signal<DeviceProblem | null>(null);
  /** The latest opening; one that was overtaken gives its track back. */
  let current: { done: Promise<void> } | null = null;

  function use(next: MediaStreamTrack | null): void {
    const before = track.value;
    if (before === next) return;
    track.value = next;
    before?.removeEventListener('ended', lose);
    before?.stop();
    next?.addEventListener('ended', lose);
  }

  function lose(): void {
    use(null);
    options.onLost();
    // Another device may take over.
    if (wanted.value) void openNow(null);
  }

  function openNow(deviceId: string | null): Promise<void> {
    const turn = { done: Promise.resolve() };
    current = turn;
    turn.done = openInTurn(deviceId, turn).finally(() => {
      if (current !== turn) return;
      opening.value = false;
      current = null;
    });
    return turn.done;
  }

  async function openInTurn(deviceId: string | null, turn: object): Promise<void> {
    opening.value = true;
    problem.value = null;
    try {
      const next = await options.open(deviceId);
      if (current !== turn) {
        next.stop();
        return;
      }
      next.enabled = wanted.value;
      use(next);
      selected.value = next.getSettings().deviceId ?? deviceId;
      options.onOpened();
    } catch (error) {
      if (current !== turn) return;
      use(null);
      problem.value = error instanceof CaptureError ? error.problem : 'failed';
    }
  }

  return {
    choices,
    selected,
    wanted,
    track,
    opening,
    problem,
    setChoices(next) {
      choices.value = next;
    },
    async open() {
      if (track.value || !wanted.value) return;
      await (current?.done ?? openNow(selected.value));
    },
    async setWanted(on) {
      wanted.value = on;
      kept.off.set(on ? null : 'off');
      if (on) {
        if (track.value) track.value.enabled = true;
        else await (current?.done ?? openNow(selected.value));
      } else if (options.keepOpen) {
        if (track.value) track.value.enabled = false;
      } else {
        current = null;
        opening.value = false;
        use(null);
      }
    },
    async select(deviceId) {
      kept.device.set(deviceId);
      selected.value = deviceId;
      if (track.value || wanted.value) await openNow(deviceId);
    },
    close() {
      current = null;
      opening.value = false;
      use(null);
    },
  };
}
