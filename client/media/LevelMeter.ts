import { sleep } from '../api/sleep.ts';

const INTERVAL_MS = 50;
/** Speech at arm's length reaches about a fifth of full scale. */
const FULL_SCALE = 0.2;

/** Tells the loudness of a track, 0 to 1, about 20 times a second. */
export class LevelMeter {
  readonly #context = new AudioContext();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(track: MediaStreamTrack, onLevel: (level: number) => void) {
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 512;
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      onLevel(Math.min(1, Math.sqrt(power) / FULL_SCALE));
    }, INTERVAL_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    void this.#context.close();
  }
}

/** Plays two soft notes on an output; null is the browser's default. */
export async function playTestSound(sinkId: string | null): Promise<void> {
  const NOTES_HZ = [523.25, 659.25];
  const NOTE_SECONDS = 0.35;
  const context = new AudioContext();
  const output = context.createMediaStreamDestination();
  NOTES_HZ.forEach((frequency, index) => {
    const at = context.currentTime + index * NOTE_SECONDS;
    const oscillator = new OscillatorNode(context, { frequency });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setTargetAtTime(0.2, at, 0.03);
    gain.gain.setTargetAtTime(0, at + NOTE_SECONDS * 0.6, 0.08);
    oscillator.connect(gain).connect(output);
    oscillator.start(at);
    oscillator.stop(at + NOTE_SECONDS * 2);
  });
  const element = new Audio();
  element.srcObject = output.stream;
  if (sinkId !== null) await element.setSinkId(sinkId).catch(() => undefined);
  await element.play();
  const seconds = NOTE_SECONDS * (NOTES_HZ.length + 1);
  await sleep(seconds * 1_000);
  element.srcObject = null;
  await context.close();
}
