import { createWorker, type types } from 'mediasoup';
import { expect, it } from 'vitest';
import type { MixInput } from '../../../server/live/mixer/feed.ts';
import { eventually } from '../../support/eventually.ts';
import { extent } from '../../support/extent.ts';
import { colourAt, loudnessBetween } from '../../support/live/analyze.ts';
import { createInput, person } from '../../support/live/room.ts';
import { plain, RtpSender, tone } from '../../support/live/RtpSender.ts';
import { useMixers } from '../../support/live/useMixers.ts';

const LONG_MS = 40_000;
const LOCAL = { protocol: 'udp', ip: '127.0.0.1' } as const;

const { open, afterwards } = useMixers();

const CODECS: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  {
    ...{ kind: 'video', mimeType: 'video/H264', clockRate: 90_000 },
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f' },
  },
];

/** What a stream is announced as by whoever sends it. */
function produced({ kind, ssrc, payloadType }: MixInput): types.RtpParameters {
  const codec = CODECS[['voice', 'VP8', 'H264'].indexOf(kind)];
  if (!codec) throw new Error('There is no such codec.');
  const { mimeType, clockRate, channels, parameters } = codec;
  const rtcpFeedback = kind === 'voice' ? [] : [{ type: 'nack', parameter: 'pli' }];
  const used = { mimeType, clockRate, payloadType, parameters: parameters ?? {}, rtcpFeedback };
  return {
    codecs: [channels === undefined ? used : { ...used, channels }],
    encodings: [{ ssrc }],
  };
}

it.each(extent<('VP8' | 'H264')[]>(['VP8', 'H264'], ['VP8']))(
  'mixes and asks for key frames what a router sends to its one port, in %s',
  { timeout: 180_000 },
  async (kind) => {
    const worker = await createWorker({ logLevel: 'none' });
    afterwards(() => worker.close());
    const router = await worker.createRouter({ mediaCodecs: CODECS });
    const room = await open();
    const { mixer, rtp, keyRequests, segments } = room;
    const listener = room.listen();
    afterwards(() => listener.close());
    const [to] = await eventually(() => {
      expect(rtp).toHaveLength(1);
      return rtp;
    }, LONG_MS);

    const incoming = await router.createPlainTransport({ listenInfo: LOCAL, comedia: true });
    const outgoing = await router.createPlainTransport({ listenInfo: LOCAL });
    await outgoing.connect(to ?? { ip: '', port: 0 });
    const [camera, voice] = [createInput(kind), createInput('voice')];
    const pass = async (input: MixInput) => {
      const producer = await incoming.produce({
        kind: input.kind === 'voice' ? 'audio' : 'video',
        rtpParameters: produced(input),
      });
      const { codecs = [], ...others } = router.rtpCapabilities;
      const plainCodecs = codecs
        .filter(({ mimeType }) => !mimeType.endsWith('/rtx'))
        .map((codec) => ({ ...codec, rtcpFeedback: [{ type: 'nack', parameter: 'pli' }] }));
      const consumer = await outgoing.consume({
        ...{ producerId: producer.id, rtpCapabilities: { ...others, codecs: plainCodecs } },
      });
      const { encodings, codecs: used } = consumer.rtpParameters;
      const ssrc = encodings?.[0]?.ssrc ?? 0;
      const payloadType = used[0]?.payloadType ?? 0;
      const out: MixInput = { id: consumer.id, ssrc, payloadType, kind: input.kind };
      return { producer, consumer, out };
    };
    const [seen, heard] = [await pass(camera), await pass(voice)];
    const sender = await RtpSender.start({
      to: { ip: '127.0.0.1', port: incoming.tuple.localPort },
      picture: { source: plain('blue'), input: camera },
      voice: { source: tone(300), input: voice },
    });
    afterwards(() => sender.stop());
    // As a browser answers the router's own requests.
    await seen.producer.enableTraceEvent(['pli']);
    seen.producer.on('trace', () => sender.sendKeyFrame(camera.ssrc));
    mixer.on('key-frame-needed', (input) => {
      if (input === seen.consumer.id) void seen.consumer.requestKeyFrame();
    });
    const people = [person('Ada', seen.out, heard.out)];
    mixer.setFeed({ inputs: [seen.out, heard.out], stage: { people, speaker: null } });
    await eventually(() => expect(keyRequests).toContain(seen.consumer.id), LONG_MS);
    const enough = segments.length + 6;
    await eventually(() => expect(segments.length).toBeGreaterThan(enough), LONG_MS);
    await mixer.close(true);
    await listener.close();
    const [run] = await listener.watch();

    const frame = run?.frames.at(-1);
    expect(frame && colourAt(frame, 0.4, 0.4)).toBe('blue');
    const end = (run?.sound.startsAt ?? 0) + (run?.sound.samples.length ?? 0) / 48;
    expect(run && loudnessBetween(run.sound, end - 2_000, end - 500)).toBeGreaterThan(0.08);
  },
);
