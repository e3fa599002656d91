import type Sharp from 'sharp';
import { Semaphore } from '../auth/Semaphore.ts';
import { AppError } from '../core/AppError.ts';

/** Side of every picture of a person, in pixels. */
const SIDE_PX = 256;
const QUALITY = 82;
/** Pixels of the largest file that is unpacked: some 100 MB of memory. */
const MAX_PIXELS = 25_000_000;
const TIMEOUT_SEC = 5;
/** Pictures that are unpacked at the same time, and that wait for it. */
const AT_ONCE = 2;
const WAITING = 20;

/** Makes what is kept of a file that somebody sent. @throws AppError INVALID_PAYLOAD, NO_CAPACITY */
export type PictureMaker = (file: Uint8Array) => Promise<Uint8Array>;

/** Nothing but these is ever given to a decoder, whatever a file claims to be. */
const LOADERS = {
  png: { starts: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], at: 0 },
  jpeg: { starts: [0xff, 0xd8, 0xff], at: 0 },
  webp: { starts: [0x57, 0x45, 0x42, 0x50], at: 8 },
} as const;

/**
 * Cuts a picture to a square and encodes it anew, so that nothing of the file itself gets to others:
 * no metadata, no second meaning.
 */
export function createPictureMaker(): PictureMaker {
  const turns = new Semaphore(AT_ONCE, WAITING);
  // Loaded for the first picture: many servers never get one.
  let loading: Promise<typeof Sharp> | null = null;
  return async (file) => {
    const kind = kindOf(file);
    if (kind === null) throw noPicture('Send a PNG, JPEG or WebP picture.');
    if (turns.full) {
      throw new AppError('NO_CAPACITY', {
        message: 'Many pictures are being sent. Try again soon.',
      });
    }
    loading ??= loadSharp();
    const sharp = await loading;
    return turns.run(() => encode(sharp, file, kind));
  };
}

async function loadSharp(): Promise<typeof Sharp> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: [
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadWebpBuffer',
    ],
  });
  return sharp;
}

async function encode(
  sharp: typeof Sharp,
  file: Uint8Array,
  kind: keyof typeof LOADERS,
): Promise<Uint8Array> {
  try {
    const picture = sharp(file, { limitInputPixels: MAX_PIXELS, failOn: 'error' });
    const { format } = await picture.metadata();
    if (format !== kind) throw noPicture('The picture is not what it claims to be.');
    return await picture
      .timeout({ seconds: TIMEOUT_SEC })
      .autoOrient()
      .resize(SIDE_PX, SIDE_PX, { fit: 'cover' })
      .webp({ quality: QUALITY })
      .toBuffer();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw noPicture('This picture is broken, or too large to be unpacked.', error);
  }
}

function kindOf(file: Uint8Array): keyof typeof LOADERS | null {
  for (const [kind, { starts, at }] of Object.entries(LOADERS)) {
    const fits = starts.every((byte, index) => file[at + index] === byte);
    if (fits) return kind as keyof typeof LOADERS;
  }
  return null;
}

function noPicture(message: string, cause?: unknown): AppError {
  return new AppError('INVALID_PAYLOAD', { message, cause });
}
