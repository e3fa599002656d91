import type { WebhookEndpoint } from '../../../protocol/admin.ts';
import { useTexts } from '../context.ts';
import { momentText } from '../hosting/momentText.ts';
import { useBusy } from '../useBusy.ts';

interface WebhookRowProps {
  endpoint: WebhookEndpoint;
  /** Never rejects. */
  onSendAgain: () => Promise<void>;
}

/** One address that is told what happens in meetings, and how much of it has arrived there. */
export function WebhookRow({ endpoint, onSendAgain }: WebhookRowProps) {
  const texts = useTexts();
  const words = texts.admin;
  const [busy, run] = useBusy();
  const { id, url, delivered, pending, failed, oldestPendingAt } = endpoint;
  const name = url ?? id;
  return (
    <li class="meeting-row" data-testid={`webhooks-${id}`}>
      <div class="meeting-row-text">
        <strong class="webhook-url">{name}</strong>
        {url === null && <span class="muted">{words.notConfigured}</span>}
        <span class="muted">
          {words.delivered(delivered)} · {words.pending(pending)}
          {oldestPendingAt !== null &&
            ` (${words.since(momentText(texts.locale, oldestPendingAt))})`}
          {' · '}
          {failed > 0 ? <strong>{words.givenUp(failed)}</strong> : words.givenUp(failed)}
        </span>
      </div>
      {failed > 0 && url !== null && (
        <div class="meeting-row-actions">
          <button
            type="button"
            class="button small"
            disabled={busy}
            aria-label={words.sendAgainTo(name)}
            onClick={() => run(onSendAgain)}
          >
            {words.sendAgain}
          </button>
        </div>
      )}
    </li>
  );
}
