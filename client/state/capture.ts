import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { CaptureError } from '../media/capture.ts';
import type { CaptureModel, DeviceChoice, DeviceProblem, DeviceTrouble } from './models.ts';
import { keptLocally } from './storage.ts';

/**
 * What has become of a device: `lost` while it was not wanted, `changed` for another one, `back` after
 * a trouble.
 */
export type DeviceEvent = DeviceTrouble | 'lost' | 'changed' | 'back';

interface CaptureOptions {
  /** Under which its choices are kept. */
  name: 'camera' | 'microphone';
  open: (deviceId: string | null) => Promise<MediaStreamTrack>;
  /** Whether the browser would let the page open it. */
  permission: () => Promise<PermissionState | 'unknown'>;
  /**
   * Whether the device stays open while it is not wanted, silenced: a microphone must be there at
   * once for whoever speaks up; a camera's light must go out.
   */
  keepOpen: boolean;
  onEvent: (event: DeviceEvent) => void;
  /** A device was opened: labels and permissions may be known only now. */
  onOpened: () => void;
}

/** A capturing device as views see it, with what the other models do to it. */
export interface Capture extends CaptureModel {
  /** Why nothing comes of a device that is wanted. */
  readonly trouble: ReadonlySignal<DeviceTrouble | null>;
  /** The devices that there are. One that comes back is opened again by itself. */
  setChoices(choices: readonly DeviceChoice[]): void;
  /** A permission that is given again is used by itself. */
  handlePermission(state: PermissionState): void;
  /** Opens it if it is wanted. Never rejects. */
  open(): Promise<void>;
  close(): void;
}

/** The system pauses some devices for a moment while they begin. */
const INTERRUPTED_AFTER_MS = 1_000;
const TROUBLES: Record<DeviceProblem, DeviceTrouble> = {
  'not-found': 'missing',
  denied: 'denied',
  dismissed: 'denied',
  insecure: 'denied',
  busy: 'busy',
  failed: 'failed',
};

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
  const interrupted = signal(false);
  /** The latest opening; one that was overtaken gives its track back. */
  let current: { done: Promise<void> } | null = null;
  let interruption: ReturnType<typeof setTimeout> | undefined;

  function use(next: MediaStreamTrack | null): void {
    const before = track.value;
    if (before === next) return;
    track.value = next;
    for (const [name, listener] of listeners) {
      before?.removeEventListener(name, listener);
      next?.addEventListener(name, listener);
    }
    before?.stop();
    followMute();
  }

  /** Muted by the system: another program took it, or a phone's page went to the background. */
  function followMute(): void {
    clearTimeout(interruption);
    if (track.value?.muted) {
      interruption = setTimeout(() => {
        interrupted.value = true;
        if (wanted.value) options.onEvent('interrupted');
      }, INTERRUPTED_AFTER_MS);
      return;
    }
    if (!interrupted.value) return;
    interrupted.value = false;
    if (track.value && wanted.value) options.onEvent('back');
  }

  async function lose(): Promise<void> {
    const lost = selected.value;
    use(null);
    if (!wanted.value) {
      options.onEvent('lost');
      return;
    }
    // A permission that is withdrawn ends tracks, too; asking again would be refused.
    if ((await options.permission()) === 'denied') {
      problem.value = 'denied';
      options.onEvent('denied');
      return;
    }
    // The same if it is still there: browsers end what was opened together. Else another takes over.
    if ((await reopen(lost)) && selected.value !== lost) options.onEvent('changed');
  }

  /** Whether there is a track then. */
  async function reopen(deviceId: string | null): Promise<boolean> {
    if (!wanted.value || track.value) return false;
    await (current?.done ?? openNow(deviceId));
    return track.peek() !== null;
  }

  async function restore(): Promise<void> {
    if (await reopen(kept.device.get())) options.onEvent('back');
  }

  const listeners = [
    ['ended', () => void lose()],
    ['mute', followMute],
    ['unmute', followMute],
  ] as const;

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
      options.onEvent(TROUBLES[problem.value]);
    }
  }

  return {
    choices,
    selected,
    wanted,
    track,
    opening,
    problem,
    trouble: computed(() => {
      if (!wanted.value) return null;
      if (problem.value) return TROUBLES[problem.value];
      return interrupted.value ? 'interrupted' : null;
    }),
    setChoices(next) {
      const before = new Set(choices.value.map(({ id }) => id));
      choices.value = next;
      const more = next.some(({ id }) => !before.has(id));
      if (more && problem.value !== null && problem.value !== 'denied') void restore();
    },
    handlePermission(state) {
      if (state === 'granted' && problem.value !== null) void restore();
    },
    async open() {
      if (track.value || !wanted.value) return;
      await (current?.done ?? openNow(selected.value));
    },
    async setWanted(on) {
      wanted.value = on;
      kept.off.set(on ? null : 'off');
      if (on) {
        if (track.value && !interrupted.value) track.value.enabled = true;
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
      problem.value = null;
      use(null);
    },
  };
}
