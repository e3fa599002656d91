import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { S3mini, S3ServiceError } from 's3mini';
import { AppError } from '../../core/AppError.ts';
import { assertKey, type ByteRange, type RecordingStorage } from './RecordingStorage.ts';

export interface S3Options {
  /** Of the service, `https://s3.example.org`. */
  endpoint: string;
  bucket: string;
  region: string;
  /** Whether the bucket stands in the path, and not before the name of the host. */
  pathStyle: boolean;
  accessKeyId: string;
  secretAccessKey: string;
  /** For tests. */
  partBytes?: number;
}

/** Of what is sent at a time: 5 MiB is the least that S3 takes, and 10 000 parts are the most. */
const PART_BYTES = 16 * 1_024 * 1_024;
const RETRY_AFTER_MS = 5_000;

/** Keeps recordings with a service that speaks S3. Files go there in parts: none has to fit into memory. */
export class S3Storage implements RecordingStorage {
  readonly #s3: S3mini;
  readonly #partBytes: number;

  constructor(options: S3Options) {
    const { region, accessKeyId, secretAccessKey, partBytes = PART_BYTES } = options;
    this.#s3 = new S3mini({ endpoint: bucketUrl(options), region, accessKeyId, secretAccessKey });
    this.#partBytes = partBytes;
  }

  async put(key: string, content: Readable, type: string): Promise<number> {
    assertKey(key);
    let bytes = 0;
    let uploadId: string | null = null;
    const parts: { partNumber: number; etag: string }[] = [];
    try {
      for await (const { chunk, isLast } of inParts(content, this.#partBytes)) {
        bytes += chunk.length;
        if (isLast && uploadId === null) {
          await this.#s3.putObject(key, chunk, type);
          return bytes;
        }
        uploadId ??= await this.#s3.getMultipartUploadId(key, type);
        const part = await this.#s3.uploadPart(key, uploadId, chunk, parts.length + 1);
        parts.push(part);
      }
      if (uploadId !== null) await this.#s3.completeMultipartUpload(key, uploadId, parts);
      return bytes;
    } catch (error) {
      content.destroy();
      // What is left of it would be paid for; what cannot be ended now, the service's own rules end.
      if (uploadId !== null) {
        await this.#s3.abortMultipartUpload(key, uploadId).catch(() => undefined);
      }
      throw refusalOf(error);
    }
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    assertKey(key);
    try {
      const response = range
        ? await this.#s3.getObjectRaw(key, false, range.start, range.end + 1)
        : await this.#s3.getObjectRaw(key);
      if (!response.body) return Readable.from([]);
      return Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    } catch (error) {
      throw refusalOf(error);
    }
  }

  async list(prefix: string): Promise<string[]> {
    try {
      const objects = await this.#s3.listObjects('/', prefix);
      return (objects ?? []).map(({ Key }) => Key);
    } catch (error) {
      throw refusalOf(error);
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    keys.forEach(assertKey);
    try {
      // One by one: not every service that speaks S3 takes lists.
      for (const key of keys) await this.#s3.deleteObject(key);
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

function bucketUrl({ endpoint, bucket, pathStyle }: S3Options): string {
  const url = new URL(endpoint);
  if (pathStyle) url.pathname = `${url.pathname.replace(/\/+$/, '')}/${bucket}`;
  else url.hostname = `${bucket}.${url.hostname}`;
  return url.href;
}

/** The content in parts of one size, of which the last may be smaller, or empty where there is nothing at all. */
async function* inParts(
  content: Readable,
  partBytes: number,
): AsyncGenerator<{ chunk: Buffer<ArrayBuffer>; isLast: boolean }> {
  let pending: Buffer[] = [];
  let size = 0;
  for await (const data of content as AsyncIterable<Buffer>) {
    pending.push(data);
    size += data.length;
    // One byte more than a part: then it is not the last.
    while (size > partBytes) {
      const whole = Buffer.concat(pending);
      yield { chunk: whole.subarray(0, partBytes), isLast: false };
      pending = [whole.subarray(partBytes)];
      size -= partBytes;
    }
  }
  yield { chunk: Buffer.concat(pending), isLast: true };
}

/** What a client may be told; what is wrong with the configuration is for the log. */
function refusalOf(error: unknown): unknown {
  if (error instanceof S3ServiceError && error.status === 404) {
    return new AppError('NOT_FOUND', { cause: error });
  }
  const isRefused = error instanceof S3ServiceError && error.status < 500;
  if (isRefused || error instanceof AppError) return error;
  return new AppError('UNAVAILABLE', { retryAfterMs: RETRY_AFTER_MS, cause: error });
}
