import { Radio, Square } from 'lucide';
import { useState } from 'preact/hooks';
import type { OwnLiveRoomView } from '../../../protocol/live.ts';
import type { OwnRoomsModel } from '../../state/live/liveModels.ts';
import { Confirm } from '../components/Dialog.tsx';
import { Icon } from '../components/Icon.tsx';
import { useLiveTexts } from './useLiveTexts.ts';

interface StartStopProps {
  rooms: OwnRoomsModel;
  room: OwnLiveRoomView;
  /** Does something, and tells of a failure. */
  run: (work: () => Promise<unknown>) => void;
}

/** On air and off air: pending until it is so. */
export function StartStop({ rooms, room, run }: StartStopProps) {
  const { own } = useLiveTexts();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const { roomId, title, state, desired } = room;
  const act = (work: () => Promise<unknown>): void =>
    run(async () => {
      setBusy(true);
      try {
        await work();
      } finally {
        setBusy(false);
      }
    });
  if (state === 'removing' || state === 'removed') return null;
  if (desired === 'on-air') {
    const isStarting = state !== 'on-air';
    return (
      <>
        <button
          type="button"
          class="button danger"
          aria-label={own.ofName(own.stop, title)}
          aria-busy={busy}
          aria-disabled={busy}
          data-testid="live-stop"
          onClick={() => {
            // What nobody hears yet may be called off without a question.
            if (busy) return;
            if (isStarting) act(() => rooms.stop(roomId));
            else setAsking(true);
          }}
        >
          <Icon of={Square} size={18} />
          {own.stop}
        </button>
        {asking && (
          <Confirm
            title={own.stopTitle}
            hint={own.stopHint}
            action={own.stop}
            onConfirm={() => act(() => rooms.stop(roomId))}
            onClose={() => setAsking(false)}
          />
        )}
      </>
    );
  }
  const isStopping = state === 'stopping';
  const pending = busy || isStopping;
  const label = isStopping ? own.stopping : busy ? own.starting : own.start;
  return (
    <button
      type="button"
      class="button primary"
      aria-label={own.ofName(label, title)}
      aria-busy={pending}
      aria-disabled={pending}
      data-testid="live-start"
      onClick={() => {
        if (!pending) act(() => rooms.start(roomId));
      }}
    >
      <Icon of={Radio} size={18} />
      {label}
    </button>
  );
}
