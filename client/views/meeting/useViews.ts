import { useEffect, useState } from 'preact/hooks';
import type { MeetingModel, VideoModel } from '../../state/models.ts';
import type { Area } from './layout.ts';

/**
 * Tells the server what of the others' video is on screen, in physical pixels. A hidden tab shows
 * nothing, unless one picture is shown in a window of its own.
 */
export function useViews(
  meeting: MeetingModel,
  shown: readonly { video: VideoModel | null; box: Area }[],
): void {
  const visible = useVisible();
  const sizes = shown.flatMap(({ video, box }) => {
    const producerId = visible ? (video?.producerId ?? null) : null;
    if (producerId === null) return [];
    const width = Math.round(box.width * devicePixelRatio);
    return [{ producerId, width, height: Math.round(box.height * devicePixelRatio) }];
  });
  useEffect(() => {
    const views = sizes.map(({ producerId, ...size }) => [producerId, size] as const);
    meeting.setViews(new Map(views));
  }, [sizes.map(({ producerId, width, height }) => `${producerId} ${width} ${height}`).join()]);
}

function useVisible(): boolean {
  const look = (): boolean =>
    document.visibilityState === 'visible' || document.pictureInPictureElement !== null;
  const [visible, setVisible] = useState(look);
  useEffect(() => {
    const update = (): void => setVisible(look());
    const events = ['visibilitychange', 'enterpictureinpicture', 'leavepictureinpicture'];
    for (const name of events) document.addEventListener(name, update, true);
    return () => {
      for (const name of events) document.removeEventListener(name, update, true);
    };
  }, []);
  return visible;
}
