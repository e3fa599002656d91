import { Hand, MicOff } from 'lucide';
import { lazy, Suspense } from 'preact/compat';
import type { HostChange } from '../../state/hostModels.ts';
import { Icon } from '../components/Icon.tsx';
import { hasAccount, useApp, useTexts } from '../context.ts';
import { Panel } from '../meeting/Panel.tsx';
import { AUTO_ADMITS, AUTOMATIC_RECORDINGS, CHAT_AFTERS, SETTINGS } from '../meetingSettings.ts';
import { Activity } from './Activity.tsx';
import type { Asking } from './ask.ts';
import { Bans } from './Bans.tsx';
import { LiveSelect, LiveSwitch } from './LiveSetting.tsx';

const Record = lazy(async () => (await import('../recordings/Record.tsx')).Record);
/** Few meetings are for more than those who are in them. */
const GoLive = lazy(async () => (await import('../live/GoLive.tsx')).GoLive);

/** What hosts decide about a running meeting, and what they did. */
export function HostTools({ meeting, onAsk, onClose }: Asking & { onClose: () => void }) {
  const { tools, person: words } = useTexts().hosting;
  const { session } = useApp();
  const { host } = meeting;
  const { locked, waitingRoom, autoAdmit, settings } = meeting.meeting.value;
  const update = (change: HostChange): Promise<void> => host.update(change);
  return (
    <Panel title={tools.title} testId="host-tools" onClose={onClose}>
      <section>
        <h3>{tools.entry}</h3>
        <LiveSwitch
          label={tools.locked}
          hint={tools.lockedHint}
          on={locked}
          onChange={(on) => update({ locked: on })}
        />
        <LiveSwitch
          label={tools.waitingRoom}
          hint={tools.waitingRoomHint}
          on={waitingRoom}
          onChange={(on) => update({ waitingRoom: on })}
        />
        {waitingRoom && (
          <LiveSelect
            label={tools.autoAdmit}
            value={autoAdmit}
            options={AUTO_ADMITS.map((one) => ({ value: one, label: tools.autoAdmits[one] }))}
            onChange={(value) => update({ autoAdmit: value })}
          />
        )}
      </section>
      <section>
        <h3>{tools.everyone}</h3>
        {SETTINGS.map((setting) => (
          <LiveSwitch
            key={setting}
            label={tools.settings[setting]}
            on={settings[setting]}
            onChange={(on) => update({ settings: { [setting]: on } })}
          />
        ))}
        <LiveSelect
          label={tools.chatAfter}
          value={settings.chatAfter}
          options={CHAT_AFTERS.map((one) => ({ value: one, label: tools.chatAfters[one] }))}
          onChange={(value) => update({ settings: { chatAfter: value } })}
        />
      </section>
      {meeting.may('record-automatically') && (
        <section>
          <h3>{tools.recording}</h3>
          <LiveSelect
            label={tools.recordAutomatically}
            hint={tools.recordAutomaticallyHint}
            value={settings.recordAutomatically}
            options={AUTOMATIC_RECORDINGS.map((one) => ({
              value: one,
              label: tools.automaticRecordings[one],
            }))}
            onChange={(value) => update({ settings: { recordAutomatically: value } })}
          />
        </section>
      )}
      <section>
        <h3>{tools.atOnce}</h3>
        <div class="tool-buttons">
          <button type="button" class="button" onClick={() => onAsk({ is: 'mute-all' })}>
            <Icon of={MicOff} size={18} />
            {words.muteAll}
          </button>
          <button type="button" class="button" onClick={() => void host.lowerAllHands()}>
            <Icon of={Hand} size={18} />
            {words.lowerAll}
          </button>
        </div>
      </section>
      {meeting.may('end') && hasAccount(session.user.value) && (
        <Suspense fallback={null}>
          <Record meeting={meeting} />
          <GoLive meeting={meeting} />
        </Suspense>
      )}
      {meeting.may('ban') && <Bans host={host} />}
      {meeting.may('see-audit') && <Activity host={host} />}
    </Panel>
  );
}
