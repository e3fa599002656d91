import { Download } from 'lucide';
import type { OpenedRecording } from '../../state/recordings/recordingModels.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';
import { lengthText, sizeText } from './figures.ts';
import { useRecordingTexts } from './useRecordingTexts.ts';

type File = OpenedRecording['files'][number];

/** A recording as it is watched: the whole picture, and below it what there is of each one apart. */
export function RecordingFiles({ opened }: { opened: OpenedRecording }) {
  const { play } = useRecordingTexts();
  const { locale } = useTexts();
  const { recording, files } = opened;
  const whole = files.find(({ kind }) => kind === 'composite');
  const rest = files.filter(({ kind }) => kind !== 'composite');
  return (
    <div class="recording-files">
      {whole ? (
        <>
          <video
            class="recording-video"
            controls
            playsInline
            preload="metadata"
            src={whole.url}
            aria-label={recording.title}
            data-testid="recording-video"
          />
          <a class="button" href={whole.downloadUrl} download={whole.name}>
            <Icon of={Download} size={18} />
            {play.download} ({sizeText(whole.bytes, locale)})
          </a>
        </>
      ) : (
        <p class="muted">{play.noPicture}</p>
      )}
      {rest.length > 0 && (
        <section>
          <h3>{play.tracks}</h3>
          <p class="muted small">{play.tracksHint}</p>
          <ul class="recording-tracks">
            {rest.map((file) => (
              <Track key={file.id} file={file} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Track({ file }: { file: File }) {
  const { play, sources } = useRecordingTexts();
  const { locale } = useTexts();
  const { name, participant, source, durationMs, offsetMs, bytes, downloadUrl } = file;
  const known: Partial<Record<string, string>> = sources;
  const kind = source === null ? null : (known[source] ?? source);
  const title = [participant, kind].filter((part) => part !== null).join(' · ') || name;
  const facts = [
    ...(durationMs === null ? [] : [lengthText(durationMs)]),
    ...(offsetMs === null ? [] : [play.begins(lengthText(offsetMs))]),
    sizeText(bytes, locale),
  ];
  return (
    <li>
      <span>
        <span dir="auto">{title}</span>
        <span class="muted small">{facts.join(' · ')}</span>
      </span>
      <a
        class="icon-button"
        href={downloadUrl}
        download={name}
        aria-label={`${play.download}: ${title}`}
      >
        <Icon of={Download} />
      </a>
    </li>
  );
}
