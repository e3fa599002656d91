import { randomBytes } from 'node:crypto';
import { createWorker, type types } from 'mediasoup';
import {
  candidateFromSdp,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RTCIceGatherer,
  RTCIceParameters,
  RTCIceTransport,
  RtpHeader,
} from 'werift';

const VERIFY_TIMEOUT_MS = 20_000;
const PACKET_INTERVAL_MS = 20;
const AEAD_AES_128_GCM = 7;
const PAYLOAD_TYPE = 100;
const CODEC = { mimeType: 'audio/opus', clockRate: 48_000, channels: 2 } as const;
/** A made-up sender of Opus, described as mediasoup expects it. */
function rtpParameters(ssrc: number): types.RtpParameters {
  return {
    mid: '0',
    codecs: [{ ...CODEC, payloadType: PAYLOAD_TYPE }],
    encodings: [{ ssrc }],
    rtcp: { cname: 'verify' },
  };
}

/**
 * Proves that a worker binary works on this machine: one real ICE connection and DTLS handshake
 * over a WebRtcServer, then encrypted media in both directions with the bytes compared. Rejects
 * with the reason if any of it fails.
 */
export async function verifyWorker(workerBin: string): Promise<void> {
  const worker = await createWorker({ workerBin, logLevel: 'none' });
  let timer: NodeJS.Timeout | undefined;
  const giveUp = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${VERIFY_TIMEOUT_MS / 1000} s`)),
      VERIFY_TIMEOUT_MS,
    );
    worker.on('died', reject);
  });

  try {
    await Promise.race([exchangeMedia(worker), giveUp]);
  } finally {
    clearTimeout(timer);
    worker.close();
  }
}

async function exchangeMedia(worker: types.Worker): Promise<void> {
  const webRtcServer = await worker.createWebRtcServer({
    listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
  });
  const router = await worker.createRouter({
    mediaCodecs: [{ kind: 'audio', preferredPayloadType: PAYLOAD_TYPE, ...CODEC }],
  });
  const transport = await router.createWebRtcTransport({ webRtcServer, enableSctp: true });
  const peer = await connectPeer(transport);

  try {
    const direct = await router.createDirectTransport();
    await expectIncoming(transport, direct, peer);
    await expectOutgoing(transport, direct, peer);
  } finally {
    await peer.stop();
    await peer.iceTransport.stop();
  }
}

/** Connects a software WebRTC endpoint the way a browser does, as the DTLS client. */
async function connectPeer(transport: types.WebRtcTransport): Promise<RTCDtlsTransport> {
  const ice = new RTCIceTransport(
    new RTCIceGatherer({ additionalHostAddresses: ['127.0.0.1'], useIpv6: false }),
  );
  ice.connection.iceControlling = true;
  ice.setRemoteParams(new RTCIceParameters({ ...transport.iceParameters }));
  await ice.gather();
  for (const candidate of transport.iceCandidates) {
    const { foundation, priority, ip, port } = candidate;
    await ice.addRemoteCandidate(
      candidateFromSdp(`${foundation} 1 udp ${priority} ${ip} ${port} typ host`),
    );
  }

  const certificate = await RTCDtlsTransport.SetupCertificate();
  const dtls = new RTCDtlsTransport({}, ice, certificate, [AEAD_AES_128_GCM]);
  dtls.setRemoteParams(
    new RTCDtlsParameters(
      transport.dtlsParameters.fingerprints.map(
        ({ algorithm, value }) => new RTCDtlsFingerprint(algorithm, value),
      ),
      'server',
    ),
  );
  dtls.role = 'client';
  await transport.connect({
    dtlsParameters: {
      role: 'client',
      fingerprints: certificate.getFingerprints().map(({ algorithm, value }) => ({
        algorithm: algorithm as types.FingerprintAlgorithm,
        value,
      })),
    },
  });
  await ice.start();
  await dtls.start();

  return dtls;
}

/** The worker must decrypt what the peer sends. */
async function expectIncoming(
  transport: types.WebRtcTransport,
  direct: types.DirectTransport,
  peer: RTCDtlsTransport,
): Promise<void> {
  const ssrc = 1111;
  const payload = randomBytes(200);
  const producer = await transport.produce({ kind: 'audio', rtpParameters: rtpParameters(ssrc) });
  const consumer = await direct.consume({
    producerId: producer.id,
    rtpCapabilities: { codecs: [{ kind: 'audio', preferredPayloadType: PAYLOAD_TYPE, ...CODEC }] },
  });

  await sendUntil(
    (sequenceNumber) =>
      void peer.sendRtp(
        payload,
        new RtpHeader({ ssrc, sequenceNumber, payloadType: PAYLOAD_TYPE }),
      ),
    (done) =>
      consumer.on('rtp', (packet) => packet.subarray(-payload.length).equals(payload) && done()),
  );
}

/** The peer must be able to decrypt what the worker sends. */
async function expectOutgoing(
  transport: types.WebRtcTransport,
  direct: types.DirectTransport,
  peer: RTCDtlsTransport,
): Promise<void> {
  const ssrc = 2222;
  const payload = randomBytes(200);
  const producer = await direct.produce({ kind: 'audio', rtpParameters: rtpParameters(ssrc) });
  await transport.consume({
    producerId: producer.id,
    rtpCapabilities: { codecs: [{ kind: 'audio', preferredPayloadType: PAYLOAD_TYPE, ...CODEC }] },
  });

  await sendUntil(
    (sequenceNumber) => {
      const header = new RtpHeader({ ssrc, sequenceNumber, payloadType: PAYLOAD_TYPE });
      producer.send(Buffer.concat([header.serialize(header.serializeSize), payload]));
    },
    (done) => peer.onRtp.subscribe((packet) => packet.payload.equals(payload) && done()),
  );
}

/** UDP may lose a packet even here, so it is sent again until it has arrived. */
async function sendUntil(
  send: (sequenceNumber: number) => void,
  onArrival: (done: () => void) => unknown,
): Promise<void> {
  let sequenceNumber = 1;
  const interval = setInterval(() => send(sequenceNumber++), PACKET_INTERVAL_MS);
  try {
    await new Promise<void>((resolve) => onArrival(resolve));
  } finally {
    clearInterval(interval);
  }
}
