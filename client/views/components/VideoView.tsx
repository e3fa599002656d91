import { useLayoutEffect, useRef } from 'preact/hooks';

interface VideoViewProps {
  track: MediaStreamTrack;
  /** One's own camera is shown as in a mirror. */
  mirrored?: boolean;
  /** The whole picture is shown, with bars where it does not fit. */
  contain?: boolean;
  /** Told of the first frame that was drawn. */
  onFirstFrame?: () => void;
  testId?: string;
}

/** Draws a track. */
export function VideoView({
  track,
  mirrored = false,
  contain = false,
  onFirstFrame,
  testId,
}: VideoViewProps) {
  const video = useRef<HTMLVideoElement>(null);
  const stream = useRef<MediaStream>(null);
  useLayoutEffect(() => {
    const element = video.current;
    if (!element) return;
    // In place of another track in the same stream, the last picture stays until there is a new one.
    const shown = (stream.current ??= new MediaStream());
    for (const before of shown.getTracks()) if (before !== track) shown.removeTrack(before);
    shown.addTrack(track);
    if (element.srcObject !== shown) element.srcObject = shown;
  }, [track]);
  useLayoutEffect(() => {
    const element = video.current;
    if (!element) return;
    // Known with the first frame, and changed by turning a phone.
    const orient = (): void => {
      element.toggleAttribute('data-portrait', element.videoHeight > element.videoWidth);
    };
    element.addEventListener('resize', orient);
    const frame =
      onFirstFrame && 'requestVideoFrameCallback' in element
        ? element.requestVideoFrameCallback(() => onFirstFrame())
        : null;
    return () => {
      if (frame !== null) element.cancelVideoFrameCallback(frame);
      element.removeEventListener('resize', orient);
    };
  }, [track]);
  useLayoutEffect(
    () => () => {
      if (video.current) video.current.srcObject = null;
    },
    [],
  );
  const classes = ['video', mirrored && 'mirrored', contain && 'contain'].filter(Boolean);
  return (
    <video
      ref={video}
      class={classes.join(' ')}
      autoplay
      playsInline
      muted
      disablePictureInPicture={mirrored}
      data-testid={testId}
    />
  );
}
