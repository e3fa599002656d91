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
  useLayoutEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = new MediaStream([track]);
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
      element.srcObject = null;
    };
  }, [track]);
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
