import { computed, effect, signal } from '@preact/signals';
import { AudioOutput } from '../media/AudioOutput.ts';
import {
  listDevices,
  onDeviceChange,
  onPermissionChange,
  openCamera,
  openMicrophone,
  permissionOf,
} from '../media/capture.ts';
import { LevelMeter, playTestSound } from '../media/LevelMeter.ts';
import { createCapture, type Capture, type DeviceEvent } from './capture.ts';
import type { DeviceChoice, DevicesModel } from './models.ts';
import { keptLocally } from './storage.ts';

type DeviceListener = (kind: 'camera' | 'microphone', event: DeviceEvent) => void;

/** The devices with what the other models do to them. */
export interface Devices extends DevicesModel {
  readonly camera: Capture;
  readonly microphone: Capture;
  /** Tells what becomes of the devices. Answers how to stop that. */
  onEvent(listener: DeviceListener): () => void;
}

export function createDevices(): Devices {
  const keptSpeaker = keptLocally('speaker-device');
  const listeners = new Set<DeviceListener>();
  const speakers = signal<readonly DeviceChoice[]>([]);
  const speaker = signal(keptSpeaker.get());
  const inputLevel = signal(0);
  const asks = signal({ camera: false, microphone: false });

  const camera = createCapture({
    name: 'camera',
    open: openCamera,
    permission: () => permissionOf('camera'),
    keepOpen: false,
    onEvent: (event) => tell('camera', event),
    onOpened: () => void refresh(),
  });
  const microphone = createCapture({
    name: 'microphone',
    open: openMicrophone,
    permission: () => permissionOf('microphone'),
    keepOpen: true,
    onEvent: (event) => tell('microphone', event),
    onOpened: () => void refresh(),
  });

  function tell(kind: 'camera' | 'microphone', event: DeviceEvent): void {
    for (const listener of listeners) listener(kind, event);
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
  for (const [name, device] of [
    ['camera', camera],
    ['microphone', microphone],
  ] as const) {
    void onPermissionChange(name, (state) => {
      device.handlePermission(state);
      void refresh();
    });
  }
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
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
