import type { MeetingModel } from '../../state/models.ts';
import { CopyButton, meetingLink } from '../components/CopyButton.tsx';
import { useTexts } from '../context.ts';

/** Shown to somebody who is alone: how to get others here. */
export function InviteCard({ meeting }: { meeting: MeetingModel }) {
  const texts = useTexts();
  return (
    <section class="invite-card" aria-label={texts.meeting.invite}>
      <h2>{texts.meeting.alone}</h2>
      <p>{texts.meeting.aloneHint}</p>
      <InviteLines meeting={meeting} />
    </section>
  );
}

/** Link and code, each to copy. */
export function InviteLines({ meeting }: { meeting: MeetingModel }) {
  const texts = useTexts();
  const { code } = meeting.meeting.value;
  const link = meetingLink(code);
  return (
    <dl class="invite-lines">
      <div>
        <dt>{texts.meeting.link}</dt>
        <dd>
          <code>{link}</code>
          <CopyButton text={link} label={texts.meeting.copyLink} compact />
        </dd>
      </div>
      <div>
        <dt>{texts.meeting.code}</dt>
        <dd>
          <code>{code}</code>
          <CopyButton text={code} label={texts.meeting.copyCode} compact />
        </dd>
      </div>
    </dl>
  );
}
