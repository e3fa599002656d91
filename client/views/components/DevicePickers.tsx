import { Volume2 } from 'lucide';
import { useState } from 'preact/hooks';
import type { CaptureModel, DeviceChoice } from '../../state/models.ts';
import { useApp, useTexts } from '../context.ts';
import { Select } from './Field.tsx';
import { Icon } from './Icon.tsx';

/** Camera, microphone and speaker by name, with a test of the last. */
export function DevicePickers() {
  const texts = useTexts();
  const { devices } = useApp();
  const [testing, setTesting] = useState(false);
  return (
    <div class="device-pickers">
      <CapturePicker label={texts.lobby.camera} device={devices.camera} />
      <CapturePicker label={texts.lobby.microphone} device={devices.microphone} />
      <div class="speaker-picker">
        {devices.canSelectSpeaker && (
          <Picker
            label={texts.lobby.speaker}
            choices={devices.speakers.value}
            selected={devices.speaker.value}
            onSelect={(id) => void devices.selectSpeaker(id)}
          />
        )}
        <button
          type="button"
          class={devices.canSelectSpeaker ? 'icon-button bordered' : 'button'}
          aria-label={texts.lobby.testSpeaker}
          title={texts.lobby.testSpeaker}
          disabled={testing}
          onClick={() => {
            setTesting(true);
            void devices.testSpeaker().finally(() => setTesting(false));
          }}
        >
          <Icon of={Volume2} size={18} />
          {!devices.canSelectSpeaker && texts.lobby.testSpeaker}
        </button>
      </div>
    </div>
  );
}

function CapturePicker({ label, device }: { label: string; device: CaptureModel }) {
  return (
    <Picker
      label={label}
      choices={device.choices.value}
      selected={device.selected.value}
      onSelect={(id) => void device.select(id)}
    />
  );
}

interface PickerProps {
  label: string;
  choices: readonly DeviceChoice[];
  selected: string | null;
  onSelect: (id: string) => void;
}

function Picker({ label, choices, selected, onSelect }: PickerProps) {
  const texts = useTexts();
  const known = choices.some(({ id }) => id === selected);
  return (
    <Select
      label={label}
      value={known ? (selected ?? '') : ''}
      disabled={choices.length === 0}
      onChange={onSelect}
    >
      {!known && (
        <option value="" disabled={choices.length > 0}>
          {choices.length === 0 ? texts.lobby.noDevice : texts.lobby.defaultDevice}
        </option>
      )}
      {choices.map(({ id, label: name }, index) => (
        <option key={id} value={id}>
          {name === '' ? `${label} ${index + 1}` : name}
        </option>
      ))}
    </Select>
  );
}
