import { effect } from '@preact/signals';
import type { SignalingClient } from '../api/SignalingClient.ts';
import { AudioOutput } from '../media/AudioOutput.ts';
import { PeerCall, type PeerConfig } from '../media/PeerCall.ts';
import type { Devices } from './devices.ts';
import { exposeCall } from './figures.ts';

interface OpenPeerOptions {
  callId: string;
  config: PeerConfig;
  polite: boolean;
  signaling: Pick<SignalingClient, 'request'>;
  devices: Devices;
  onVideo: (track: MediaStreamTrack | null) => void;
  onSoundBlocked: (blocked: boolean) => void;
}

export interface OpenPeer {
  peer: PeerCall;
  audio: AudioOutput;
  readonly close: () => void;
}

/** One end of a call that speaks to the other by way of the server, sends what the devices give, and is heard. */
export function openPeer(options: OpenPeerOptions): OpenPeer {
  const { callId, config, polite, signaling, devices } = options;
  const peer = new PeerCall(config, polite);
  // What is lost with the connection is sent anew when it is back.
  const send = (sent: Promise<unknown>): void => void sent.catch(() => undefined);
  peer.on('offer', (sdp) =>
    send(signaling.request('call:offer', { callId, offer: { type: 'offer', sdp } })),
  );
  peer.on('answer', (sdp) =>
    send(signaling.request('call:answer', { callId, answer: { type: 'answer', sdp } })),
  );
  peer.on('candidate', (candidate) => {
    const { candidate: text = '', sdpMid = null, sdpMLineIndex = null } = candidate ?? {};
    const one = { candidate: text, sdpMid, sdpMLineIndex };
    send(signaling.request('ice:candidate', { callId, candidate: one }));
  });
  const audio = new AudioOutput(options.onSoundBlocked);
  peer.on('track', (kind, track) => {
    if (kind === 'video') options.onVideo(track);
    else if (track) audio.add(callId, track);
  });
  const stops = [
    effect(() => {
      const { microphone, camera } = devices;
      peer.setTrack('audio', microphone.track.value);
      peer.setTrack('video', camera.wanted.value ? camera.track.value : null);
    }),
    effect(() => void audio.select(devices.speaker.value)),
    exposeCall({ stats: () => peer.figures() }),
  ];
  return {
    peer,
    audio,
    close() {
      for (const stop of stops) stop();
      audio.close();
      peer.close();
    },
  };
}
