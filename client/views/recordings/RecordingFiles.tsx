import { Download } from 'lucide';
import { useRef } from 'preact/hooks';
import type { OpenedRecording } from '../../state/recordings/recordingModels.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';
import { lengthText, sizeText } from './figures.ts';
import { RecordingChat } from './RecordingChat.tsx';
import { Transcript } from './Transcript.tsx';
import { useRecordingTexts } from './useRecordingTexts.ts';

type File = OpenedRecording['files'][number];

/**
 * A recording as it is watched: the whole picture with what was written meanwhile, and below it what there is of each one apart.
 * @param heading that comes next in the outline of the page
 */
export function RecordingFiles({
  opened,
  heading: Heading,
}: {
  opened: OpenedRecording;
  heading: 'h2' | 'h3';
}) {
  const { play, beside, chat: words, transcript: said } = useRecordingTexts();
  const { locale } = useTexts();
  const { recording, files, chat } = opened;
  const video = useRef<HTMLVideoElement>(null);
  const track = useRef<HTMLTrackElement>(null);
  const transcript = files.find(({ kind }) => kind === 'transcript');
  const whole = files.find(({ kind }) => kind === 'composite');
  const rest = [
    ...files.filter(({ kind }) => kind === 'track'),
    ...files.filter(({ kind }) => kind === 'manifest'),
  ];
  return (
    <div class="recording-files">
      {whole ? (
        <>
          <div class={chat || transcript ? 'recording-watch with-chat' : 'recording-watch'}>
            <video
              ref={video}
              class="recording-video"
              controls
              playsInline
              preload="metadata"
              src={whole.url}
              aria-label={recording.title}
              data-testid="recording-video"
            >
              {transcript && (
                <track
                  key={transcript.id}
                  ref={track}
                  kind="captions"
                  label={said.title}
                  src={transcript.url}
                />
              )}
            </video>
            <div class="recording-beside">
              {transcript && (
                <Transcript file={transcript} {...{ video, track, heading: Heading }} />
              )}
              {chat && <RecordingChat {...{ opened, chat, video, heading: Heading }} />}
            </div>
          </div>
          <a class="button" href={whole.downloadUrl} download={whole.name}>
            <Icon of={Download} size={18} />
            {play.download} ({sizeText(whole.bytes, locale)})
          </a>
        </>
      ) : (
        <>
          <p class="muted">{play.noPicture}</p>
          {chat && (
            <a class="button" href={chat.url} download="chat.json">
              <Icon of={Download} size={18} />
              {beside.ofName(beside.download, words.title)}
            </a>
          )}
        </>
      )}
      {rest.length > 0 && (
        <section>
          <Heading>{play.tracks}</Heading>
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
