import { Mic, MicOff, Video, VideoOff } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import type { Texts } from '../../i18n/texts.ts';
import type { CaptureModel, DeviceProblem } from '../../state/models.ts';
import { Icon } from '../components/Icon.tsx';
import { VideoView } from '../components/VideoView.tsx';
import { useCallPartner } from '../calls/useCall.ts';
import { useApp, useTexts } from '../context.ts';

/** One's own picture and voice before others see and hear them. */
export function Preview() {
  const texts = useTexts();
  const { devices } = useApp();
  const [explained, setExplained] = useState(false);
  const { camera, microphone, willAsk } = devices;
  // The other one would be shown at once what is turned on here.
  const lent = useCallPartner() !== null;
  const asks = willAsk.value && !explained && !lent;

  useEffect(() => {
    // Where the browser would ask, the page explains first.
    if (!asks && !lent) void devices.open();
  }, [asks, lent]);

  const reason = lent ? texts.calls.switchesOfCall : null;
  return (
    <section class="preview" aria-label={texts.lobby.title}>
      <div class="preview-picture">
        {camera.track.value && camera.wanted.value ? (
          <VideoView track={camera.track.value} mirrored testId="preview-video" />
        ) : (
          <p class="preview-off">
            {camera.opening.value ? texts.lobby.cameraStarting : texts.lobby.cameraOff}
          </p>
        )}
        {asks && (
          <div class="preview-explain">
            <h2>{texts.lobby.explainTitle}</h2>
            <p>{texts.lobby.explain}</p>
            <div class="actions actions-centered">
              <button type="button" class="button primary" onClick={() => setExplained(true)}>
                {texts.lobby.allow}
              </button>
              <button
                type="button"
                class="button on-dark"
                onClick={() => {
                  void camera.setWanted(false);
                  void microphone.setWanted(false);
                }}
              >
                {texts.lobby.without}
              </button>
            </div>
          </div>
        )}
        <div class="preview-controls">
          <Toggle
            device={microphone}
            reason={reason}
            names={[texts.meeting.micOn, texts.meeting.micOff]}
            icons={[MicOff, Mic]}
          />
          <Toggle
            device={camera}
            reason={reason}
            names={[texts.meeting.cameraOn, texts.meeting.cameraOff]}
            icons={[VideoOff, Video]}
          />
        </div>
      </div>
      {reason !== null && <p class="muted small">{reason}</p>}
      <LevelBar />
      {microphone.problem.value && (
        <Problem
          problem={microphone.problem.value}
          device={
            camera.problem.value === microphone.problem.value
              ? texts.devices.both
              : texts.devices.microphone
          }
          onRetry={() => {
            void microphone.setWanted(true);
            if (camera.problem.value !== null) void camera.setWanted(true);
          }}
        />
      )}
      {camera.problem.value && camera.problem.value !== microphone.problem.value && (
        <Problem
          problem={camera.problem.value}
          device={texts.devices.camera}
          onRetry={() => void camera.setWanted(true)}
        />
      )}
    </section>
  );
}

interface ToggleProps {
  device: CaptureModel;
  /** Why it must not be switched; null: it may be. */
  reason: string | null;
  /** What the control does: turn on, turn off. */
  names: readonly [string, string];
  icons: readonly [typeof Mic, typeof Mic];
}

function Toggle({ device, reason, names, icons }: ToggleProps) {
  const on = device.wanted.value && device.problem.value === null;
  const name = names[on ? 1 : 0];
  return (
    <button
      type="button"
      class={on ? 'round-button' : 'round-button off'}
      aria-label={name}
      title={reason ?? name}
      aria-disabled={reason !== null}
      aria-busy={device.opening.value}
      onClick={() => {
        if (reason === null) void device.setWanted(!on);
      }}
    >
      <Icon of={icons[on ? 1 : 0]} />
    </button>
  );
}

function LevelBar() {
  const texts = useTexts();
  const { inputLevel, microphone } = useApp().devices;
  const percent = Math.round(inputLevel.value * 100);
  return (
    <div class="level">
      <Icon of={microphone.wanted.value ? Mic : MicOff} size={16} />
      <div
        class="level-track"
        role="meter"
        aria-label={texts.lobby.inputLevel}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
      >
        <span style={{ '--level': inputLevel.value }} />
      </div>
    </div>
  );
}

function Problem({
  problem,
  device,
  onRetry,
}: {
  problem: DeviceProblem;
  device: string;
  onRetry: () => void;
}) {
  const texts = useTexts();
  const [title, hint] = problemText(texts, problem, device);
  return (
    <div class="note note-warning" role="alert" data-problem={problem}>
      <div class="note-text">
        <strong>{title}</strong>
        <span>{hint}</span>
        {problem !== 'insecure' && (
          <button type="button" class="button" onClick={onRetry}>
            {texts.app.retry}
          </button>
        )}
      </div>
    </div>
  );
}

function problemText({ devices }: Texts, problem: DeviceProblem, device: string) {
  switch (problem) {
    case 'denied':
      return [devices.denied(device), devices.deniedHint];
    case 'dismissed':
      return [devices.dismissed(device), devices.dismissedHint];
    case 'not-found':
      return [devices.notFound(device), devices.notFoundHint];
    case 'busy':
      return [devices.busy(device), devices.busyHint];
    case 'insecure':
      return [devices.insecure(device), devices.insecureHint];
    case 'failed':
      return [devices.failed(device), devices.failedHint];
  }
}
