import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, onTestFailed, test } from 'vitest';
import { ParleyProcess } from '../../../bench/support/ParleyProcess.ts';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import { copyEmbeddedDatabase } from '../../support/embeddedDatabase.ts';
import { eventually } from '../../support/eventually.ts';
import { ask, createRoom, goesOn, MIXING, reaches } from '../../support/live/airing.ts';
import { useMixingServer } from '../../support/live/mixingServer.ts';
import { probe } from '../../support/live/probe.ts';
import { call, createMeeting, join, signUp, type Person } from '../../support/people.ts';

const LONG_MS = 120_000;
/** A mixer has to begin on a busy machine. */
const PATIENCE_MS = 40_000;

interface Site {
  url: string;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(joinPath(tmpdir(), 'parley-recordings-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Asks again while no mixer is known yet. */
const start = (site: Site, host: Person, meetingId: string, tracks = false) =>
  eventually(
    async () =>
      (
        await call(site, 'startRecording', {
          ...{ token: host.token, params: { idOrCode: meetingId }, body: { tracks } },
        })
      ).recording,
    PATIENCE_MS,
  );
const read = async (site: Site, host: Person, recordingId: string) =>
  (await call(site, 'readRecording', { token: host.token, params: { recordingId } })).recording;
const stop = async (site: Site, host: Person, recordingId: string) =>
  (await call(site, 'stopRecording', { token: host.token, params: { recordingId } })).recording;
const until = (site: Site, host: Person, recordingId: string, state: string) =>
  eventually(async () => {
    const recording = await read(site, host, recordingId);
    expect(recording.state).toBe(state);
    return recording;
  }, PATIENCE_MS);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Downloads its first file. @returns what FFmpeg's probe says of it */
async function play(site: Site, host: Person, recordingId: string) {
  const params = { recordingId };
  const { files } = await call(site, 'openRecording', { token: host.token, params });
  const answer = await fetch(`${site.url}${files[0]?.downloadUrl ?? ''}`);
  expect(answer.status).toBe(200);
  const path = joinPath(folder, 'played.mp4');
  await writeFile(path, Buffer.from(await answer.arrayBuffer()));
  return probe(path);
}

describe('a server that mixes', () => {
  const mixing = useMixingServer();

  test(
    'records a meeting, tells everybody in it, and has it played',
    async () => {
      const { server, host } = mixing;
      const { id: meetingId } = await createMeeting(server, host);
      const guest = await join(server, await signUp(server), meetingId);
      const { id } = await start(server, host, meetingId);
      const on = await guest.next('broadcast-updated', ({ broadcast }) => broadcast.recording);
      expect(on.broadcast).toEqual({ roomId: null, listenerChat: 'off', recording: true });
      const late = await join(server, await signUp(server), meetingId);
      expect((await late.next('meeting-joined')).broadcast.recording).toBe(true);
      const began = performance.now();
      await pause(4_000);
      await stop(server, host, id);
      const seconds = (performance.now() - began) / 1_000;
      await late.next('broadcast-updated', ({ broadcast }) => !broadcast.recording);
      const { durationMs, bytes } = await until(server, host, id, 'ready');
      expect(bytes).toBeGreaterThan(1_000);
      const { durationSec, streams } = await play(server, host, id);
      expect(streams.map(({ codec }) => codec).sort()).toEqual(['aac', 'h264']);
      // From the mixer's beginning, which nobody was told of before.
      expect(durationSec).toBeGreaterThan(seconds - 1);
      expect(Math.abs((durationSec ?? 0) * 1_000 - (durationMs ?? 0))).toBeLessThan(100);
      guest.close();
      late.close();
    },
    LONG_MS,
  );

  test(
    'records what is on air without a gap for listeners, and goes on after that',
    async () => {
      const { server, host } = mixing;
      const { roomId, meetingId } = await createRoom(server, host, 'stage');
      await eventually(() => ask(server, host, 'startLiveRoom', roomId), PATIENCE_MS);
      await reaches(server, roomId, 'on-air');
      const guest = await join(server, await signUp(server), meetingId);
      const first = await goesOn(server, roomId, -1);
      const { id } = await start(server, host, meetingId);
      await guest.next('broadcast-updated', (told) => told.broadcast.recording);
      await goesOn(server, roomId, first + 2);
      expect(await isWithoutBreak(roomId)).toBe(true);
      await ask(server, host, 'stopLiveRoom', roomId);
      await reaches(server, roomId, 'stopped');
      // A while after: the mixer begins again, for the recording alone.
      const isRecordedOnly = () =>
        guest.all('broadcast-updated').at(-1)?.broadcast.recording === true &&
        guest.all('broadcast-updated').at(-1)?.broadcast.roomId === null;
      await eventually(() => expect(isRecordedOnly()).toBe(true), PATIENCE_MS);
      await pause(2_000);
      await stop(server, host, id);
      const { durationMs } = await until(server, host, id, 'ready');
      expect(durationMs).toBeGreaterThan(2_000);
      guest.close();
      expect((await play(server, host, id)).streams).toHaveLength(2);
    },
    LONG_MS,
  );

  test(
    'ends a recording with its meeting, and one that is removed at once',
    async () => {
      const { server, host } = mixing;
      const { id: meetingId } = await createMeeting(server, host);
      const { id } = await start(server, host, meetingId);
      await until(server, host, id, 'recording');
      await call(server, 'endMeeting', { token: host.token, params: { idOrCode: meetingId } });
      await until(server, host, id, 'ready');
      const { id: other } = await createMeeting(server, host);
      const removed = await start(server, host, other);
      await until(server, host, removed.id, 'recording');
      const params = { recordingId: removed.id };
      await call(server, 'removeRecording', { token: host.token, params });
      await call(server, 'removeRecording', { token: host.token, params: { recordingId: id } });
      expect((await call(server, 'listRecordings', { token: host.token })).recordings).toEqual([]);
    },
    LONG_MS,
  );

  /** Whether the playlist is one piece. */
  async function isWithoutBreak(roomId: string): Promise<boolean> {
    const answer = await fetch(`${mixing.server.url}/live/${roomId}/hls/360p/index.m3u8`);
    const breaks = (await answer.text()).split('#EXT-X-DISCONTINUITY\n').length - 1;
    // The first segment of all is one.
    return breaks <= 1;
  }
});

test(
  'a server that is killed goes on recording when it is back, and nothing of it is lost',
  async () => {
    const server = await ParleyProcess.start(MIXING, (dataDir) =>
      copyEmbeddedDatabase(inject('embeddedDatabase'), dataDir),
    );
    try {
      const host = await signUp(server);
      const { id: meetingId } = await createMeeting(server, host);
      const { id } = await start(server, host, meetingId);
      await until(server, host, id, 'recording');
      await pause(3_000);
      await server.crash();
      // Everybody is told as soon as it is written again.
      const guest = await join(server, await signUp(server), meetingId);
      const isRecorded = () => guest.all('broadcast-updated').at(-1)?.broadcast.recording;
      await eventually(() => expect(isRecorded()).toBe(true), PATIENCE_MS);
      guest.close();
      await pause(3_000);
      await stop(server, host, id);
      const { durationMs, error } = await until(server, host, id, 'ready');
      expect(error).toBeNull();
      expect(durationMs).toBeGreaterThan(4_000);
      const { durationSec } = await play(server, host, id);
      expect(Math.abs((durationSec ?? 0) * 1_000 - (durationMs ?? 0))).toBeLessThan(300);
    } finally {
      await server.stop();
    }
  },
  LONG_MS,
);

test(
  'a recording goes on at another node when its mixer’s is killed, and has what both wrote',
  async () => {
    const cluster = await ClusterOfProcesses.start(inject('postgres'), {
      ...{ signaling: 1, media: 1, mixers: 2 },
      env: { ...MIXING, PARLEY_LIVE_RECORDINGS_FOLDER: joinPath(folder, 'kept') },
    });
    onTestFailed(() => void process.stderr.write(`${cluster.logs}\n`));
    try {
      const [edge] = cluster.signaling;
      if (!edge) throw new Error('there is a signaling node');
      const host = await signUp(edge);
      const { id: meetingId } = await createMeeting(edge, host);
      const { id } = await start(edge, host, meetingId);
      await until(edge, host, id, 'recording');
      await pause(3_000);
      // Whichever of the two it is: one after the other goes and comes.
      for (const node of cluster.nodes.filter((one) => one !== edge)) {
        await node.kill();
        await pause(6_000);
        await node.restart();
      }
      await stop(edge, host, id);
      const { durationMs, error } = await until(edge, host, id, 'ready');
      expect(error).toBeNull();
      expect(durationMs).toBeGreaterThan(4_000);
      await play(edge, host, id);
    } finally {
      await cluster.close();
    }
  },
  LONG_MS,
);
