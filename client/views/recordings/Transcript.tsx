import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { OpenedRecording } from '../../state/recordings/recordingModels.ts';
import { spokenIn } from '../../state/recordings/transcriptCues.ts';
import { BesidePanel } from './BesidePanel.tsx';
import { TimedList, type TimedItem } from './TimedList.tsx';
import { useRecordingTexts } from './useRecordingTexts.ts';

interface TranscriptProps {
  file: OpenedRecording['files'][number];
  video: RefObject<HTMLVideoElement | null>;
  track: RefObject<HTMLTrackElement | null>;
  /** That comes next in the outline of the page. */
  heading: 'h2' | 'h3';
}

/** What is said, to be read: the player has it as captions, and this is what its browser made of them. */
export function Transcript({ file, video, track, heading }: TranscriptProps) {
  const { transcript: texts } = useRecordingTexts();
  const [items, setItems] = useState<readonly TimedItem[]>([]);
  useEffect(() => {
    const element = track.current;
    if (!element) return;
    const read = (): void => {
      const spoken = spokenIn((element.track.cues ?? []) as Iterable<VTTCue>);
      setItems(
        spoken.map(({ offsetMs, voice, text }, index) => ({
          ...{ id: String(index), offsetMs, name: voice, text },
        })),
      );
    };
    element.addEventListener('load', read);
    // Browsers load what is not switched off; whether it is shown is up to the player's own button.
    if (element.track.mode === 'disabled') element.track.mode = 'hidden';
    if (element.readyState === HTMLTrackElement.LOADED) read();
    return () => element.removeEventListener('load', read);
  }, [file.id]);
  const saved = { url: file.downloadUrl, name: file.name };
  return (
    <BesidePanel title={texts.title} testId="recording-transcript" file={saved} heading={heading}>
      <TimedList label={texts.title} items={items} video={video} />
    </BesidePanel>
  );
}
