import { AppError } from '../core/AppError.ts';

/**
 * Runs a mediasoup call and turns its refusals into coded ones: parameters that it rejects are the
 * caller's fault, objects that closed meanwhile are a matter of timing, anything else is a defect.
 */
export async function mapMediasoupErrors<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toAppError(error);
  }
}

/** mediasoup exports its error classes as types only: they are told apart by name. */
function toAppError(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  switch (error.name) {
    case 'WorkerClosedError':
    case 'NotFoundError':
      return new AppError('INVALID_STATE', { cause: error });
    case 'TypeError':
    case 'UnsupportedError':
      return new AppError('INVALID_PAYLOAD', {
        message: 'The media parameters are refused.',
        details: { reason: error.message },
        cause: error,
      });
    default:
      // The worker answers with a plain Error when an SSRC, MID or RID is taken on the transport.
      return error.message.includes('already exists')
        ? new AppError('CONFLICT', {
            message: 'These media parameters are in use on this transport.',
            cause: error,
          })
        : error;
  }
}
