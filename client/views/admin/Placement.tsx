import { useMemo } from 'preact/hooks';
import type { PlacementView } from '../../../protocol/admin.ts';
import type { AdminModel } from '../../state/adminModels.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { useTexts } from '../context.ts';
import { usePolling } from '../usePolling.ts';

type RouterAt = Omit<PlacementView['routers'][number], 'participants'>;

/** Which workers of which nodes a meeting's media is on, as long as somebody looks. */
export function Placement({ admin, meetingId }: { admin: AdminModel; meetingId: string }) {
  const texts = useTexts();
  const words = texts.admin;
  const model = useMemo(() => admin.createPlacement(meetingId), [admin, meetingId]);
  usePolling(model.refresh);
  const placement = model.value.value;
  const failure = model.failure.value;
  const place = ({ name, worker }: RouterAt) => `${name}, ${words.worker(worker)}`;
  return (
    <div class="placement">
      {failure && <FailureNote failure={failure} />}
      {!placement && !failure && (
        <p class="muted" role="status">
          {texts.app.loading}
        </p>
      )}
      {placement?.routers.length === 0 && <p class="muted">{words.noRouters}</p>}
      <ul class="placement-routers">
        {placement?.routers.map((router) => (
          <li key={`${router.instanceId} ${router.worker}`}>
            <span>{place(router)}</span>
            <span class="muted">{words.people(router.participants)}</span>
          </li>
        ))}
      </ul>
      {placement?.links.map(({ ends: [a, b], producers }) => (
        <p key={`${place(a)} ${place(b)}`} class="muted small">
          {words.linked(place(a), place(b), producers)}
        </p>
      ))}
    </div>
  );
}
