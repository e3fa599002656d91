import { z } from 'zod';
import { MAX_CAPACITY } from '../../protocol/meetings.ts';
import { videoCodec } from '../../protocol/notifications.ts';
import { WEBHOOK_EVENT_TYPES } from '../../protocol/webhooks.ts';
import { live } from './liveSchema.ts';
import { secret, secretUrl } from './secrets.ts';

const ms = z.int().min(0);
const bitrate = z.int().min(10_000).max(1_000_000_000);
const limit = (points: number, perSec: number) =>
  z
    .strictObject({
      points: z.int().min(1).max(1_000_000).default(points),
      perSec: z.int().min(1).max(86_400).default(perSec),
    })
    .prefault({});

const server = z
  .strictObject({
    host: z.string().min(1).nullable().default(null),
    /** 0: any free one. */
    port: z.int().min(0).max(65_535).default(4501),
    publicUrl: z
      .url({ protocol: /^https?$/, error: 'expected an http(s) address' })
      .transform((url) => url.replace(/\/+$/, ''))
      .nullable()
      .default(null),
    trustProxy: z.int().min(0).max(10).default(0),
    tls: z
      .union([
        z.enum(['off', 'self-signed']),
        z.strictObject({ cert: z.string().min(1), key: z.string().min(1) }),
      ])
      .default('off'),
    corsOrigins: z
      .array(
        z
          .url()
          .refine(
            (url) => URL.canParse(url) && new URL(url).origin === url,
            'expected an origin such as https://app.example.org',
          ),
      )
      .default([]),
    dataDir: z.string().min(1).default('data'),
    shutdownGraceMs: ms.default(5_000),
  })
  .prefault({});

const log = z
  .strictObject({
    level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
    format: z.enum(['auto', 'json', 'pretty']).default('auto'),
  })
  .prefault({});

const auth = z
  .strictObject({
    jwtSecret: secret(z.string().min(32)).nullable().default(null),
    sessionTtlDays: z.number().positive().max(365).default(30),
    guestTtlHours: z.number().positive().max(168).default(12),
    sessionCheckSec: z.int().min(1).max(3_600).default(60),
  })
  .prefault({});

const database = z
  .strictObject({
    url: secretUrl(z.url({ protocol: /^postgres(ql)?$/, error: 'expected a postgres:// address' }))
      .nullable()
      .default(null),
    poolSize: z.int().min(1).max(200).default(10),
  })
  .prefault({});

const node = z
  .strictObject({
    role: z.enum(['all', 'signaling', 'media', 'mixer']).default('all'),
    name: z.string().min(1).max(64).nullable().default(null),
    region: z.string().min(1).max(64).nullable().default(null),
    drainTimeoutMs: ms.default(600_000),
  })
  .prefault({});

const cluster = z
  .strictObject({
    redisUrl: secretUrl(z.url({ protocol: /^rediss?$/, error: 'expected a redis:// address' }))
      .nullable()
      .default(null),
    host: z.union([z.ipv4(), z.ipv6()]).default('0.0.0.0'),
    /** 0: any free one. */
    port: z.int().min(0).max(65_535).default(4502),
    advertisedAddress: z.string().min(1).max(255).nullable().default(null),
    secret: secret(z.string().min(32)).nullable().default(null),
  })
  .prefault({});

const cameraLayer = z.strictObject({
  scaleResolutionDownBy: z.number().min(1).max(64),
  maxBitrate: bitrate,
  maxFramerate: z.int().min(1).max(120),
});

const media = z
  .strictObject({
    listenAddress: z.union([z.ipv4(), z.ipv6()]).default('0.0.0.0'),
    announcedAddresses: z.array(z.string().min(1).max(255)).max(16).default([]),
    /** 0: any free ones. */
    basePort: z.int().min(0).max(65_535).default(44_400),
    workers: z.int().min(0).max(256).default(0),
    pipeListenAddress: z.union([z.ipv4(), z.ipv6()]).nullable().default(null),
    pipePorts: z
      .strictObject({
        min: z.int().min(1).max(65_535).default(45_000),
        max: z.int().min(1).max(65_535).default(46_999),
      })
      .prefault({}),
    videoCodecs: z.array(videoCodec).min(1).default(['VP8', 'VP9', 'H264', 'AV1']),
    preferredVideoCodec: videoCodec.default('VP8'),
    cameraLayers: z
      .array(cameraLayer)
      .min(1)
      .max(4)
      .default([
        { scaleResolutionDownBy: 4, maxBitrate: 150_000, maxFramerate: 15 },
        { scaleResolutionDownBy: 2, maxBitrate: 500_000, maxFramerate: 30 },
        { scaleResolutionDownBy: 1, maxBitrate: 1_700_000, maxFramerate: 30 },
      ]),
    screenMaxBitrate: bitrate.default(2_500_000),
    audioMaxBitrate: bitrate.default(40_000),
    initialOutgoingBitrate: bitrate.default(1_000_000),
    maxOutgoingBitrate: bitrate.default(20_000_000),
    maxIncomingBitrate: bitrate.default(6_000_000),
    logLevel: z.enum(['debug', 'warn', 'error', 'none']).default('warn'),
    consumerStaleMs: ms.default(10_000),
    workerCapacityPps: z.int().min(1_000).default(40_000),
  })
  .superRefine((value, context) => {
    const complain = (key: keyof typeof value, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (!value.videoCodecs.includes(value.preferredVideoCodec)) {
      complain('preferredVideoCodec', 'expected one of videoCodecs');
    }
    if (new Set(value.videoCodecs).size !== value.videoCodecs.length) {
      complain('videoCodecs', 'expected each codec once');
    }
    if (value.initialOutgoingBitrate > value.maxOutgoingBitrate) {
      complain('initialOutgoingBitrate', 'expected at most maxOutgoingBitrate');
    }
    if (value.basePort + value.workers > 65_536) {
      complain('basePort', 'expected room for one port per worker below 65536');
    }
    if (value.pipePorts.min > value.pipePorts.max) {
      complain('pipePorts', 'expected min to be at most max');
    }
    const scales = value.cameraLayers.map((layer) => layer.scaleResolutionDownBy);
    if (scales.some((scale, index) => index > 0 && scale >= (scales[index - 1] ?? 0))) {
      complain('cameraLayers', 'expected the smallest picture (largest scale) first');
    }
  })
  .prefault({});

const ice = z
  .strictObject({
    stunUrls: z.array(z.string().regex(/^stuns?:[^\s]+$/, 'expected stun:host:port')).default([]),
    turn: z
      .strictObject({
        urls: z.array(z.string().regex(/^turns?:[^\s]+$/, 'expected turn:host:port')).default([]),
        secret: secret(z.string().min(1)).nullable().default(null),
        ttlSec: z.int().min(60).max(604_800).default(86_400),
      })
      .superRefine((value, context) => {
        if (value.urls.length > 0 && value.secret === null) {
          context.addIssue({
            code: 'custom',
            path: ['secret'],
            message: 'expected the secret that the TURN server has (static-auth-secret in coturn)',
          });
        }
      })
      .prefault({}),
    policy: z.enum(['all', 'relay']).default('all'),
  })
  .prefault({});

const meetings = z
  .strictObject({
    defaultCapacity: z.int().min(2).max(MAX_CAPACITY).default(50),
    maxCapacity: z.int().min(2).max(MAX_CAPACITY).default(500),
    reconnectGraceMs: ms.default(30_000),
    reloadGraceMs: ms.default(5_000),
    waitingGraceMs: ms.default(90_000),
    hostGraceMs: ms.default(60_000),
    earlyStartMs: ms.default(600_000),
    emptyMeetingTtlMs: ms.default(60_000),
  })
  .superRefine((value, context) => {
    if (value.defaultCapacity > value.maxCapacity) {
      context.addIssue({
        code: 'custom',
        path: ['defaultCapacity'],
        message: 'expected at most maxCapacity',
      });
    }
  })
  .prefault({});

const people = z
  .strictObject({
    directory: z.enum(['everyone', 'exact-email']).default('everyone'),
    avatarBytes: z.int().min(1_024).max(20_971_520).default(5_242_880),
    offlineGraceMs: ms.default(2_000),
  })
  .prefault({});

const calls = z
  .strictObject({
    ringTimeoutMs: z.int().min(100).max(600_000).default(30_000),
    connectTimeoutMs: z.int().min(100).max(600_000).default(60_000),
    reconnectGraceMs: ms.default(10_000),
    historyDays: z.int().min(1).max(3_650).default(365),
  })
  .prefault({});

/**
 * Rate limits: at most `points` within `perSec` seconds. Those on credentials and passcodes count
 * failures only, so a school behind one address never runs out by signing in correctly.
 */
const limits = z
  .strictObject({
    loginPerAccount: limit(100, 900),
    loginPerAccountAndAddress: limit(10, 900),
    loginPerAddress: limit(300, 300),
    loginPerDevice: limit(30, 900),
    signupPerAddress: limit(1_200, 600),
    guestPerAddress: limit(1_200, 120),
    passcodePerPerson: limit(10, 300),
    passcodePerDevice: limit(20, 300),
    passcodePerAddress: limit(100, 300),
    passcodePerMeeting: limit(1_000, 3_600),
    waitingRoomPerPerson: limit(20, 300),
    createMeetingPerAccount: limit(300, 300),
    chatRoomsPerPerson: limit(100, 300),
    chatMessagesPerPerson: limit(120, 60),
    searchPeoplePerAccount: limit(120, 60),
    requestContactPerAccount: limit(100, 3_600),
    uploadAvatarPerAccount: limit(20, 3_600),
    picturesPerPerson: limit(2_000, 60),
    callPerAccount: limit(30, 300),
    livePinPerAddress: limit(50, 300),
    livePinPerRoom: limit(500, 3_600),
    liveKeyRefusedPerAddress: limit(600, 60),
    watchLivePerAddress: limit(60_000, 60),
    readLiveChatPerAddress: limit(60_000, 60),
    liveChatPerListener: limit(10, 30),
    liveChatPerAddress: limit(300, 60),
    requestsPerConnection: limit(400, 10),
    restPerAddress: limit(6_000, 60),
    bodyBytes: z.int().min(1_024).max(10_485_760).default(65_536),
  })
  .prefault({});

const metrics = z
  .strictObject({
    enabled: z.boolean().default(true),
    token: secret(z.string().min(16)).nullable().default(null),
  })
  .prefault({});

const admin = z
  .strictObject({
    emails: z.array(z.email().max(254).toLowerCase()).max(100).default([]),
    // What can stand in a header as it is.
    token: secret(
      z.string().regex(/^[\w.~+/=-]{32,}$/, 'expected 32 letters, digits or ._~+/=- or more'),
    )
      .nullable()
      .default(null),
  })
  .prefault({});

/** As Standard Webhooks has it: `whsec_` and the base64 of 24 to 64 bytes. */
const webhookSecret = () =>
  secret(
    z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/, 'expected whsec_ and base64 behind it')
      .refine((text) => {
        const { length } = Buffer.from(text.slice('whsec_'.length), 'base64');
        return length >= 24 && length <= 64;
      }, 'expected the base64 of 24 to 64 bytes behind whsec_'),
  );

const webhooks = z
  .strictObject({
    endpoints: z
      .array(
        z.strictObject({
          url: secretUrl(
            z
              .url({ protocol: /^https?$/, error: 'expected an http(s) address' })
              .refine(
                (url) => URL.canParse(url) && new URL(url).username + new URL(url).password === '',
                'expected an address without user and password',
              ),
          ),
          secret: webhookSecret(),
          previousSecret: webhookSecret().nullable().default(null),
          events: z
            .array(z.enum(WEBHOOK_EVENT_TYPES))
            .min(1)
            .default([...WEBHOOK_EVENT_TYPES]),
        }),
      )
      .max(20)
      .default([]),
    timeoutMs: z.int().min(100).max(60_000).default(10_000),
    attempts: z.int().min(1).max(30).default(10),
    retryMinMs: z.int().min(10).max(86_400_000).default(5_000),
    retryMaxMs: z.int().min(10).max(604_800_000).default(86_400_000),
    keepDays: z.number().positive().max(90).default(7),
  })
  .superRefine((value, context) => {
    const urls = value.endpoints.map(({ url }) => url);
    if (new Set(urls).size !== urls.length) {
      const message = 'expected each address once';
      context.addIssue({ code: 'custom', path: ['endpoints'], message });
    }
    if (value.retryMinMs > value.retryMaxMs) {
      const message = 'expected at most retryMaxMs';
      context.addIssue({ code: 'custom', path: ['retryMinMs'], message });
    }
  })
  .prefault({});

export const configSchema = z
  .strictObject({
    server,
    log,
    auth,
    database,
    node,
    cluster,
    media,
    ice,
    meetings,
    people,
    calls,
    live,
    limits,
    metrics,
    admin,
    webhooks,
  })
  .superRefine(({ node, cluster, database }, context) => {
    const complain = (path: string[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    if (cluster.redisUrl === null && node.role !== 'all') {
      complain(
        ['node', 'role'],
        'expected all: a node that is alone has no others (set REDIS_URL)',
      );
    }
    const needsDatabase = node.role !== 'media' || cluster.secret === null;
    if (cluster.redisUrl !== null && database.url === null && needsDatabase) {
      complain(['database', 'url'], 'expected the PostgreSQL that all nodes share (DATABASE_URL)');
    }
  });
export type ConfigValues = z.output<typeof configSchema>;
