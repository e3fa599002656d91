import { X509Certificate } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  CipherContext,
  DtlsClient,
  HashAlgorithm,
  keyLength,
  NamedCurveAlgorithm,
  saltLength,
  SignatureAlgorithm,
  SrtcpSession,
  SrtpSession,
  type RtpHeader,
} from 'werift';
import type { DtlsParameters, TransportOptions } from '../../protocol/rtp.ts';
import { bindingRequest } from './stun.ts';

const AEAD_AES_128_GCM = 7;
const CONSENT_INTERVAL_MS = 5_000;
/** Every packet of 1,100 B to some hundred sockets at once must wait somewhere. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** Certificate of every bot: making one takes longer than a handshake. */
const identity = await CipherContext.createSelfSignedCertificateWithKey(
  { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 },
  NamedCurveAlgorithm.secp256r1_23,
);
export const dtlsParameters: DtlsParameters = {
  role: 'client',
  fingerprints: [
    { algorithm: 'sha-256', value: new X509Certificate(identity.certPem).fingerprint256 },
  ],
};

/** A client's end of one WebRTC transport: STUN, DTLS and SRTP over one UDP socket. */
export class MediaEndpoint {
  /** Called with every SRTP packet as it came. */
  onRtp: (packet: Buffer) => void = () => undefined;
  /** Called with every RTCP packet in the clear. */
  onRtcp: (packet: Buffer) => void = () => undefined;
  readonly #socket: Socket;
  readonly #dtls: DtlsClient;
  readonly #remote: { address: string; port: number };
  readonly #keepAlive: NodeJS.Timeout;
  readonly #checked = Promise.withResolvers<undefined>();
  #toDtls: (packet: Buffer) => void = () => undefined;
  #srtp: SrtpSession | null = null;
  #srtcp: SrtcpSession | null = null;

  /** Settles when media can flow. */
  static async connect(options: TransportOptions): Promise<MediaEndpoint> {
    const candidate = options.iceCandidates.find(({ protocol }) => protocol === 'udp');
    if (!candidate) throw new Error('the server offers no UDP candidate');
    const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const endpoint = new MediaEndpoint(socket, options, candidate);
    await endpoint.#handshake();
    return endpoint;
  }

  private constructor(
    socket: Socket,
    { iceParameters }: TransportOptions,
    remote: { address: string; port: number },
  ) {
    this.#socket = socket;
    this.#remote = remote;
    const check = (): void => {
      this.#send(bindingRequest({ usernameFragment: 'bots' }, iceParameters));
    };
    this.#keepAlive = setInterval(check, CONSENT_INTERVAL_MS);
    const { address, port } = socket.address();
    this.#dtls = new DtlsClient({
      transport: {
        type: 'udp',
        address: { address, port, family: 'IPv4' },
        closed: false,
        onData: () => undefined,
        send: (packet: Buffer) => {
          this.#send(packet);
          return Promise.resolve();
        },
        close: () => Promise.resolve(),
      },
      cert: identity.certPem,
      key: identity.keyPem,
      signatureHash: identity.signatureHash,
      srtpProfiles: [AEAD_AES_128_GCM],
      extendedMasterSecret: true,
    });
    // DtlsSocket has put its listener where the transport's was.
    const { socket: dtlsTransport } = this.#dtls.transport;
    this.#toDtls = (packet) => dtlsTransport.onData(packet, [remote.address, remote.port]);
    socket.on('message', (packet) => this.#receive(packet));
    check();
  }

  /** Encrypts and sends. */
  sendRtp(payload: Buffer, header: RtpHeader): void {
    if (this.#srtp) this.#send(this.#srtp.encrypt(payload, header));
  }

  /**
   * The packet in the clear. Null where the library guesses the rollover counter wrongly, as it does
   * with streams whose sequence numbers began in the upper half.
   */
  decrypt(packet: Buffer): Buffer | null {
    try {
      return this.#srtp?.decrypt(packet) ?? null;
    } catch {
      return null;
    }
  }

  close(): void {
    clearInterval(this.#keepAlive);
    this.#socket.close();
  }

  async #handshake(): Promise<void> {
    // Before the check is answered the server drops what comes, and DTLS repeats itself after 1 s.
    await this.#checked.promise;
    await new Promise<void>((resolve, reject) => {
      this.#dtls.onConnect.once(() => resolve());
      this.#dtls.onError.once(reject);
      // Settles with the first retransmission's timer, long after the handshake.
      this.#dtls.connect().catch(reject);
    });
    const keys = this.#dtls.extractSessionKeys(
      keyLength(AEAD_AES_128_GCM),
      saltLength(AEAD_AES_128_GCM),
    );
    const config = {
      profile: AEAD_AES_128_GCM,
      keys: {
        localMasterKey: keys.localKey,
        localMasterSalt: keys.localSalt,
        remoteMasterKey: keys.remoteKey,
        remoteMasterSalt: keys.remoteSalt,
      },
    };
    this.#srtp = new SrtpSession(config);
    this.#srtcp = new SrtcpSession(config);
  }

  #receive(packet: Buffer): void {
    const first = packet[0] ?? 0;
    if (first >= 128 && first < 192) {
      const type = packet[1] ?? 0;
      if (type < 192 || type > 223) this.onRtp(packet);
      else if (this.#srtcp) this.onRtcp(this.#srtcp.decrypt(packet));
    } else if (first >= 20 && first < 64) this.#toDtls(packet);
    else if (first < 4) this.#checked.resolve(undefined);
  }

  #send(packet: Buffer): void {
    this.#socket.send(packet, this.#remote.port, this.#remote.address);
  }
}
