import { z } from 'zod';
import { RENDITION_NAMES } from '../../protocol/live.ts';
import { secret } from './secrets.ts';

const s3 = z
  .strictObject({
    endpoint: z
      .url({ protocol: /^https?$/, error: 'expected an http(s) address' })
      .nullable()
      .default(null),
    bucket: z.string().min(1).max(63).nullable().default(null),
    region: z.string().min(1).max(64).default('auto'),
    pathStyle: z.boolean().default(true),
    accessKeyId: secret(z.string().min(1)).nullable().default(null),
    secretAccessKey: secret(z.string().min(1)).nullable().default(null),
  })
  .superRefine((value, context) => {
    if (value.endpoint === null) return;
    for (const key of ['bucket', 'accessKeyId', 'secretAccessKey'] as const) {
      if (value[key] !== null) continue;
      context.addIssue({ code: 'custom', path: [key], message: 'expected with endpoint' });
    }
  })
  .prefault({});

const recordings = z
  .strictObject({
    keepDays: z.int().min(1).max(36_500).nullable().default(90),
    folder: z.string().min(1).nullable().default(null),
    s3,
    stopEmptyAfterSec: z.int().min(10).max(604_800).nullable().default(900),
    lostAfterSec: z.int().min(1).max(604_800).default(900),
  })
  .prefault({});

/** Of live rooms and recordings. */
export const live = z
  .strictObject({
    segmentSec: z.int().min(1).max(10).default(2),
    keptSegments: z.int().min(3).max(60).default(6),
    segmentsPerKey: z.int().min(1).max(10_000).default(30),
    cacheBytes: z.int().min(1_048_576).max(17_179_869_184).default(268_435_456),
    mixers: z.int().min(0).max(64).nullable().default(null),
    renditions: z
      .array(z.enum(RENDITION_NAMES))
      .refine((names) => new Set(names).size === names.length, 'expected each once')
      .refine(
        (names) => names.length === 0 || names.some((name) => name !== 'audio'),
        'expected one with a picture',
      )
      .default([]),
    framesPerSecond: z.int().min(5).max(60).default(25),
    rtpPorts: z
      .strictObject({
        min: z.int().min(1_024).max(65_535).default(47_000),
        max: z.int().min(1_024).max(65_535).default(47_999),
      })
      .refine(({ min, max }) => min <= max, 'expected min to be at most max')
      .prefault({}),
    maxPushes: z.int().min(0).max(20).default(3),
    ffmpeg: z.string().min(1).default('ffmpeg'),
    recordings,
  })
  .prefault({});
