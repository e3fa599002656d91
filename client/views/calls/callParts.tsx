import { Mic, MicOff, Video, VideoOff } from 'lucide';
import { useMemo } from 'preact/hooks';
import type { CaptureModel, SwitchModel } from '../../state/models.ts';
import { clockTime } from '../clockTime.ts';
import { useApp, useTexts } from '../context.ts';
import { SwitchControl } from '../meeting/Control.tsx';
import { useNow } from '../useNow.ts';
import '../../styles/bar.css';

/** One's own microphone and camera. */
export function CallSwitches() {
  const texts = useTexts().calls;
  const { devices } = useApp();
  const microphone = useMemo(() => switchOf(devices.microphone), [devices]);
  const camera = useMemo(() => switchOf(devices.camera), [devices]);
  return (
    <>
      <SwitchControl
        of={microphone}
        names={texts.microphone}
        caption={texts.microphoneCaption}
        icons={[MicOff, Mic]}
        offIsWarning
      />
      <SwitchControl
        of={camera}
        names={texts.camera}
        caption={texts.cameraCaption}
        icons={[VideoOff, Video]}
        offIsWarning
      />
    </>
  );
}

/** How long it lasts. @param since milliseconds of this browser's clock */
export function Lasting({ since }: { since: number }) {
  const now = useNow(1_000);
  return (
    <span class="clock" data-testid="call-clock">
      {clockTime(Math.max(0, Math.floor((now - since) / 1_000)))}
    </span>
  );
}

/** A device as a switch of the bar. */
function switchOf(device: CaptureModel): SwitchModel {
  return { on: device.wanted, pending: device.opening, set: (on) => device.setWanted(on) };
}
