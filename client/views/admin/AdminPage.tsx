import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import '../../styles/admin.css';
import type { PagedModel, PolledModel } from '../../state/adminModels.ts';
import type { Failure } from '../../state/models.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { Shell } from '../components/Shell.tsx';
import { toFailure, useApp, useTexts } from '../context.ts';
import { ActList } from './ActList.tsx';
import { LiveMeetingRow } from './LiveMeetingRow.tsx';
import { NodeCard } from './NodeCard.tsx';
import { usePolling } from '../usePolling.ts';
import { WebhookRow } from './WebhookRow.tsx';

/** What an operator sees of the server, and does to it. */
export function AdminPage() {
  const texts = useTexts();
  const app = useApp();
  const admin = useMemo(() => app.createAdmin(), [app]);
  const [failure, setFailure] = useState<Failure | null>(null);
  usePolling(admin.refresh);

  /** What went wrong with what was asked for is told at the top, whatever became of its row. */
  async function run(work: () => Promise<void>): Promise<void> {
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(toFailure(error));
    }
  }

  const { nodes, meetings, webhooks, acts } = admin;
  const missing = admin.missing.value;
  return (
    <Shell title={texts.admin.title}>
      <div class="admin">
        <header class="admin-head">
          <h1>{texts.admin.title}</h1>
          <p class="muted">{texts.admin.hint}</p>
        </header>
        {failure && <FailureNote failure={failure} />}
        <Section title={texts.admin.nodes} of={nodes}>
          {!admin.isRegistryReachable.value && (
            <FailureNote
              failure={{ code: 'UNAVAILABLE' }}
              text={[texts.admin.registryAway, texts.admin.registryAwayHint]}
            />
          )}
          <ul class="node-grid">
            {nodes.value.value?.map((node) => (
              <NodeCard
                key={node.instanceId}
                node={node}
                onMark={(mark) => run(() => admin.mark(node.instanceId, mark))}
              />
            ))}
          </ul>
        </Section>
        <Section title={texts.admin.meetings} of={meetings}>
          {missing.length > 0 && (
            <p class="note note-warning" role="status">
              {texts.admin.missing(missing.join(', '))}
            </p>
          )}
          {meetings.value.value?.length === 0 ? (
            <div class="empty">
              <strong>{texts.admin.noMeetings}</strong>
              <span class="muted">{texts.admin.noMeetingsHint}</span>
            </div>
          ) : (
            <ul class="meeting-list">
              {meetings.value.value?.map((meeting) => (
                <LiveMeetingRow
                  key={meeting.id}
                  meeting={meeting}
                  admin={admin}
                  onMove={(to) => run(() => admin.move(meeting.id, to))}
                  onEnd={() => run(() => admin.end(meeting.id))}
                />
              ))}
            </ul>
          )}
          <Pager of={meetings} title={texts.admin.meetings} />
        </Section>
        {/* Most servers tell nobody: they need no section for that. */}
        {webhooks.value.value?.length !== 0 && (
          <Section title={texts.admin.webhooks} of={webhooks}>
            <ul class="meeting-list">
              {webhooks.value.value?.map((endpoint) => (
                <WebhookRow
                  key={endpoint.id}
                  endpoint={endpoint}
                  onSendAgain={() => run(() => admin.redeliver(endpoint.id))}
                />
              ))}
            </ul>
          </Section>
        )}
        <Section title={texts.admin.activity} of={acts}>
          <ActList acts={acts.value.value ?? []} />
          <Pager of={acts} title={texts.admin.activity} />
        </Section>
      </div>
    </Shell>
  );
}

/** Something that is asked for again and again: what was found last stays while it cannot be asked for. */
function Section({
  title,
  of,
  children,
}: {
  title: string;
  of: PolledModel<readonly unknown[]>;
  children: ComponentChildren;
}) {
  const texts = useTexts();
  const failure = of.failure.value;
  const loaded = of.value.value !== null;
  return (
    <section class="admin-section" aria-label={title} aria-busy={!loaded && !failure}>
      <h2>{title}</h2>
      {failure && (
        <FailureNote failure={failure}>
          {loaded && <span>{texts.admin.older}</span>}
          <button type="button" class="button" onClick={() => void of.refresh()}>
            {texts.app.retry}
          </button>
        </FailureNote>
      )}
      {loaded && children}
      {!loaded && !failure && (
        <div class="skeletons" role="status" aria-label={texts.app.loading}>
          <span />
          <span />
        </div>
      )}
    </section>
  );
}

function Pager({ of, title }: { of: PagedModel<unknown>; title: string }) {
  const texts = useTexts();
  const { hasNext, hasPrevious } = of;
  if (!hasNext.value && !hasPrevious.value) return null;
  return (
    <nav class="admin-pager" aria-label={title}>
      <button
        type="button"
        class="button"
        disabled={!hasPrevious.value}
        onClick={() => void of.showPrevious()}
      >
        {texts.admin.previous}
      </button>
      <button
        type="button"
        class="button"
        disabled={!hasNext.value}
        onClick={() => void of.showNext()}
      >
        {texts.admin.next}
      </button>
    </nav>
  );
}
