import { useState } from 'preact/hooks';
import type { NodeMark, NodeView } from '../../../protocol/admin.ts';
import { Confirm } from '../components/Dialog.tsx';
import { useTexts } from '../context.ts';
import { useBusy } from '../useBusy.ts';
import { LoadBar } from './LoadBar.tsx';

/** A heartbeat comes every second: two are missing. */
const SILENT_MS = 2_500;

interface NodeCardProps {
  node: NodeView;
  /** Never rejects. */
  onMark: (mark: NodeMark) => Promise<void>;
}

/** One node: what it is, how much it does, and what is wanted of it. */
export function NodeCard({ node, onMark }: NodeCardProps) {
  const texts = useTexts();
  const { admin } = texts;
  const { name, mark, roles, workers } = node;
  const [asking, setAsking] = useState<'cordoned' | 'draining' | null>(null);
  const [busy, run] = useBusy();
  const set = (to: NodeMark): void => run(() => onMark(to));
  const carriesMedia = roles.includes('media');
  return (
    <li class="node-card" data-testid={`node-${name}`}>
      <header class="node-head">
        <div class="node-name">
          <h3>{name}</h3>
          <span class="muted small">
            {roles.map((role) => admin[role]).join(', ')}
            {node.isSelf && ` · ${admin.thisNode}`}
          </span>
        </div>
        <span class={`mark mark-${mark}`}>{admin.marks[mark]}</span>
      </header>
      {node.silentMs > SILENT_MS && (
        <p class="node-silent">{admin.silent(Math.round(node.silentMs / 1_000))}</p>
      )}
      {carriesMedia && (
        <div class="node-loads">
          <LoadBar label={admin.load} name={admin.loadOf(name)} load={node.load} />
          {workers.length > 1 &&
            workers.map(({ index, load }) => (
              <LoadBar
                key={index}
                label={admin.worker(index)}
                name={admin.loadOf(`${name}, ${admin.worker(index)}`)}
                load={load}
                small
              />
            ))}
        </div>
      )}
      <dl class="node-figures">
        {roles.includes('signaling') && (
          <>
            <Figure title={admin.meetings} value={String(node.meetings)} />
            <Figure title={admin.connections} value={String(node.connections)} />
          </>
        )}
        {carriesMedia && (
          <>
            <Figure title={admin.participants} value={String(node.participants)} />
            <Figure title={admin.routers} value={String(node.routers)} />
          </>
        )}
        {node.mixerCapacity > 0 && (
          <Figure title={admin.mixes} value={String(node.mixerCapacity)} />
        )}
        <Figure title={admin.uptime} value={durationText(admin.duration, node.uptimeSec)} />
        <Figure title={admin.version} value={node.version} />
        {node.region !== null && <Figure title={admin.region} value={node.region} />}
      </dl>
      {mark === 'draining' && <Progress node={node} />}
      <footer class="node-actions">
        {mark === 'ready' && (
          <Action
            busy={busy}
            label={admin.cordon}
            of={name}
            onClick={() => setAsking('cordoned')}
          />
        )}
        {mark === 'cordoned' && (
          <Action busy={busy} label={admin.uncordon} of={name} onClick={() => set('ready')} />
        )}
        {mark === 'draining' ? (
          <Action busy={busy} label={admin.undrain} of={name} onClick={() => set('ready')} />
        ) : (
          <Action busy={busy} label={admin.drain} of={name} onClick={() => setAsking('draining')} />
        )}
      </footer>
      {asking && (
        <Confirm
          title={asking === 'cordoned' ? admin.cordonTitle(name) : admin.drainTitle(name)}
          hint={asking === 'cordoned' ? admin.cordonHint : admin.drainHint}
          action={asking === 'cordoned' ? admin.cordon : admin.drain}
          danger={asking === 'draining'}
          onConfirm={() => set(asking)}
          onClose={() => setAsking(null)}
        />
      )}
    </li>
  );
}

/** How far a node is from being empty. */
function Progress({ node }: { node: NodeView }) {
  const { admin } = useTexts();
  // Pages outside of meetings stay connected where there is no other node, and lose nothing with this one.
  const empty = node.meetings + node.routers === 0;
  return (
    <p class="node-progress" role="status">
      {!empty && <span class="spinner" />}
      {empty ? admin.drained : admin.toGo(node)}
    </p>
  );
}

function Figure({ title, value }: { title: string; value: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{value}</dd>
    </div>
  );
}

interface ActionProps {
  label: string;
  /** Node that it does it to. */
  of: string;
  busy: boolean;
  onClick: () => void;
}

function Action({ label, of, busy, onClick }: ActionProps) {
  return (
    <button
      type="button"
      class="button small"
      aria-label={`${label}: ${of}`}
      aria-disabled={busy}
      aria-busy={busy}
      onClick={() => {
        if (!busy) onClick();
      }}
    >
      {label}
    </button>
  );
}

function durationText(
  words: (days: number, hours: number, minutes: number) => string,
  seconds: number,
): string {
  const minutes = Math.floor(seconds / 60);
  return words(Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24, minutes % 60);
}
