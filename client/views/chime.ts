import type { Notice } from '../state/noticeModels.ts';

/** What is heard: some of what is told, somebody at the door, and being asked to speak. */
type Sound = Notice['kind'] | 'knock' | 'asked' | 'message';

/** Two notes in Hz: up for somebody who comes, down for somebody who goes, a knock for who waits. */
const CHIMES: Partial<Record<Sound, readonly [number, number]>> = {
  joined: [523.25, 659.25],
  left: [659.25, 523.25],
  'hand-raised': [659.25, 783.99],
  knock: [261.63, 261.63],
  asked: [587.33, 880],
  message: [880, 1_046.5],
};
const NOTE_SECONDS = 0.12;
const LOUDNESS = 0.04;

let context: AudioContext | null = null;

/** A short, soft sound for what is worth one. */
export function playChime(kind: Sound): void {
  const notes = CHIMES[kind];
  if (!notes) return;
  context ??= new AudioContext();
  const { currentTime, destination } = context;
  for (const [index, frequency] of notes.entries()) {
    const at = currentTime + index * NOTE_SECONDS;
    const oscillator = new OscillatorNode(context, { frequency, type: 'sine' });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setTargetAtTime(LOUDNESS, at, 0.02);
    gain.gain.setTargetAtTime(0, at + NOTE_SECONDS, 0.05);
    oscillator.connect(gain).connect(destination);
    oscillator.start(at);
    oscillator.stop(at + NOTE_SECONDS * 3);
  }
}
