import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Dialog } from '../components/Dialog.tsx';
import { useTexts } from '../context.ts';
import { cropOf, MAX_ZOOM, WHOLE, type Crop } from './cropOf.ts';

/** Side of what is sent, in pixels: twice what the server keeps. */
const SIDE_PX = 512;
const STEP = 0.01;

interface PictureCropProps {
  picture: ImageBitmap;
  onDone: (file: Blob) => void;
  onClose: () => void;
}

/** Cuts a square out of a picture; what is shown is what is sent. */
export function PictureCrop({ picture, onDone, onClose }: PictureCropProps) {
  const texts = useTexts();
  const words = texts.people.profile;
  const [crop, setCrop] = useState<Crop>(WHOLE);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    const { side, left, top } = cropOf(picture, crop);
    if (context) context.imageSmoothingQuality = 'high';
    context?.clearRect(0, 0, SIDE_PX, SIDE_PX);
    context?.drawImage(picture, left, top, side, side, 0, 0, SIDE_PX, SIDE_PX);
  }, [picture, crop]);
  return (
    <Dialog title={words.cropTitle} onClose={onClose}>
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          canvas.current?.toBlob((file) => file && onDone(file), 'image/png');
        }}
      >
        <p class="muted">{words.cropHint}</p>
        <canvas ref={canvas} class="picture-crop" width={SIDE_PX} height={SIDE_PX} />
        <Slider
          label={words.zoom}
          value={crop.zoom}
          min={1}
          max={MAX_ZOOM}
          onInput={(zoom) => setCrop({ ...crop, zoom })}
        />
        <Slider
          label={words.across}
          value={crop.across}
          min={0}
          max={1}
          onInput={(across) => setCrop({ ...crop, across })}
        />
        <Slider
          label={words.down}
          value={crop.down}
          min={0}
          max={1}
          onInput={(down) => setCrop({ ...crop, down })}
        />
        <footer class="actions">
          <button type="button" class="button" onClick={onClose}>
            {texts.app.cancel}
          </button>
          <button type="submit" class="button primary">
            {words.usePicture}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  onInput: (value: number) => void;
}

function Slider({ label, value, min, max, onInput }: SliderProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="range"
        {...{ min, max, value }}
        step={STEP}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
