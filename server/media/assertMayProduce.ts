import { AppError } from '../core/AppError.ts';
import type { ProduceRequest } from './MediaCommands.ts';
import type { ProducerEntry } from './ProducerEntry.ts';

/** More producers than this nobody needs: a second camera, say. */
const MAX_PRODUCERS_PER_SOURCE = 2;
/** 4096 × 2304: the largest picture that is accepted. */
const MAX_PICTURE_PIXELS = 4096 * 2304;

/**
 * @param standing producers that the participant has
 * @throws AppError INVALID_PAYLOAD, INVALID_STATE
 */
export function assertMayProduce(
  { kind, source, size }: ProduceRequest,
  standing: readonly Pick<ProducerEntry, 'source'>[],
): void {
  const expected = source === 'camera' || source === 'screen' ? 'video' : 'audio';
  if (kind !== expected) {
    throw new AppError('INVALID_PAYLOAD', { message: `A ${source} sends ${expected}.` });
  }
  if ((size === null) === (kind === 'video')) {
    throw new AppError('INVALID_PAYLOAD', {
      message: 'Video, and only video, comes with its width and height.',
    });
  }
  if (size && size.width * size.height > MAX_PICTURE_PIXELS) {
    throw new AppError('INVALID_PAYLOAD', { message: 'This picture is too large.' });
  }
  const ofSource = standing.filter((entry) => entry.source === source);
  if (ofSource.length >= MAX_PRODUCERS_PER_SOURCE) {
    throw new AppError('INVALID_STATE', { message: `There are enough ${source} producers.` });
  }
}
