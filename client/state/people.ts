import type { ParticipantView, Source } from '../../protocol/meetings.ts';
import type { Person, ScreenShare, VideoModel } from './models.ts';
import type { RosterState } from './roster.ts';

/** Tracks that can be shown now. */
export interface Tracks {
  /** By producer id. */
  readonly remote: ReadonlyMap<string, MediaStreamTrack>;
  readonly ownCamera: MediaStreamTrack | null;
  readonly ownScreen: MediaStreamTrack | null;
}

/** Everybody, oneself first, then in the order of arrival. */
export function peopleOf(roster: RosterState, tracks: Tracks): Person[] {
  const present = [...roster.participants.values()].map((one) => toPerson(one, roster, tracks));
  return [...present.filter(({ isSelf }) => isSelf), ...present.filter(({ isSelf }) => !isSelf)];
}

/** Shared screens, the others' before one's own. */
export function sharesOf(roster: RosterState, tracks: Tracks): ScreenShare[] {
  return [...roster.participants.values()]
    .filter(({ media }) => media.screenSharing)
    .map((one) => {
      const isSelf = one.id === roster.selfId;
      return {
        participantId: one.id,
        name: one.name,
        isSelf,
        video: isSelf ? own(tracks.ownScreen) : videoOf(one, 'screen', tracks),
      };
    })
    .sort((a, b) => Number(a.isSelf) - Number(b.isSelf));
}

function toPerson(one: ParticipantView, { selfId }: RosterState, tracks: Tracks): Person {
  const isSelf = one.id === selfId;
  return {
    id: one.id,
    userId: one.userId,
    name: one.name,
    avatarUrl: one.avatarUrl,
    role: one.role,
    isSelf,
    microphoneOn: one.media.audio,
    cameraOn: one.media.video,
    screenSharing: one.media.screenSharing,
    reconnecting: one.connection === 'reconnecting',
    companion: one.companion,
    handRaisedAt: one.handRaisedAt,
    // One's own picture is there before the server has heard of it.
    camera: isSelf
      ? own(tracks.ownCamera)
      : one.media.video
        ? videoOf(one, 'camera', tracks)
        : null,
  };
}

function own(track: MediaStreamTrack | null): VideoModel | null {
  return track && { producerId: null, track };
}

function videoOf({ producers }: ParticipantView, wanted: Source, { remote }: Tracks) {
  // While they move there are two, of which one is played.
  const producer = producers.find(
    ({ id, source, paused }) => source === wanted && !paused && remote.has(id),
  );
  const track = producer && remote.get(producer.id);
  return producer && track ? { producerId: producer.id, track } : null;
}
