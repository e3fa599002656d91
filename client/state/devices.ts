import { computed, effect, signal } from '@preact/signals';
import { AudioOutput } from '../media/AudioOutput.ts';
import {
  listDevices,
  onDeviceChange,
  openCamera,
  openMicrophone,
  permissionOf,
} from '../media/capture.ts';
import { LevelMeter, playTestSound } from '../media/LevelMeter.ts';
import { createCapture, type Capture } from './capture.ts';
import type { DeviceChoice, DevicesModel } from './models.ts';
import { keptLocally } from './storage.ts';

/** The devices with what the other models do to them. */
export interface Devices extends DevicesModel {
  readonly camera: Capture;
  readonly microphone: Capture;
  /** Called when a device in use is gone. Answers how to stop that. */
  onLost(listener: (kind: 'camera' | 'microphone') => void): () => void;
}

export function createDevices(): Devices {
  const keptSpeaker = keptLocally('speaker-device');
  const lostListeners = new Set<(kind: 'camera' | 'microphone') => void>();
  const speakers = signal<readonly DeviceChoice[]>([]);
  const speaker = signal(keptSpeaker.get());
  const inputLevel = signal(0);
  const asks = signal({ camera: false, microphone: false });

  const camera = createCapture({
    name: 'camera',
    open: openCamera,
    keepOpen: false,
    onLost: () => tellLost('camera'),
    onOpened: () => void refresh(),
  });
  const microphone = createCapture({
    name: 'microphone',
    open: openMicrophone,
    keepOpen: true,
    onLost: () => tellLost('microphone'),
    onOpened: () => void refresh(),
  });

  function tellLost(kind: 'camera' | 'microphone'): void {
    for (const listener of lostListeners) listener(kind);
  }

  async function refresh(): Promise<void> {
    const [all, ofCamera, ofMicrophone] = await Promise.all([
      listDevices(),
      permissionOf('camera'),
      permissionOf('microphone'),
    ]);
    const ofKind = (kind: MediaDeviceKind): DeviceChoice[] =>
      all
        // Before permission is given browsers list one nameless device of each kind.
        .filter((device) => device.kind === kind && device.deviceId !== '')
        .map(({ deviceId, label }) => ({ id: deviceId, label }));
    camera.setChoices(ofKind('videoinput'));
    microphone.setChoices(ofKind('audioinput'));
    speakers.value = ofKind('audiooutput');
    asks.value = { camera: ofCamera === 'prompt', microphone: ofMicrophone === 'prompt' };
  }

  onDeviceChange(() => void refresh());
  void refresh();

  // A meter runs only while there is something to measure.
  effect(() => {
    const track = microphone.track.value;
    if (!track || !microphone.wanted.value) {
      inputLevel.value = 0;
      return;
    }
    const meter = new LevelMeter(track, (level) => (inputLevel.value = level));
    return () => meter.close();
  });

  return {
    camera,
    microphone,
    speakers,
    speaker,
    canSelectSpeaker: AudioOutput.canSelect,
    inputLevel,
    willAsk: computed(
      () =>
        (asks.value.camera && camera.wanted.value) ||
        (asks.value.microphone && microphone.wanted.value),
    ),
    async open() {
      await Promise.all([microphone.open(), camera.open()]);
      await refresh();
    },
    selectSpeaker(deviceId) {
      keptSpeaker.set(deviceId);
      speaker.value = deviceId;
      return Promise.resolve();
    },
    testSpeaker: () => playTestSound(speaker.value),
    close() {
      camera.close();
      microphone.close();
    },
    onLost(listener) {
      lostListeners.add(listener);
      return () => lostListeners.delete(listener);
    },
  };
}
