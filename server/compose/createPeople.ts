import type { AuthService } from '../auth/AuthService.ts';
import type { Logger } from '../core/logger.ts';
import type { PictureStore } from '../meetings/stores.ts';
import { PeopleService } from '../people/PeopleService.ts';
import { createPictureMaker } from '../people/pictures.ts';
import { Presence } from '../people/presence/Presence.ts';
import type { Client } from '../signaling/ClientEvents.ts';
import type { Meetings } from './createMeetings.ts';
import type { TalkDeps } from './createTalk.ts';

const RENAMED = 'people/renamed';

export interface People {
  readonly service: PeopleService;
  readonly presence: Presence;
}

export function createPeople(deps: TalkDeps): People {
  const { config, cluster, database, deliveries, clients, auth } = deps;
  const { rateLimits, logger, releases } = deps;
  const { mesh, registry, failures } = cluster;
  const presence = new Presence({
    ...{ mesh, registry, failures, deliveries, logger },
    store: database.presence,
    graceMs: config.people.offlineGraceMs,
    now: Date.now,
  });
  releases.push('presence', () => presence.close());
  const ofAccounts =
    (act: (client: { userId: string; connectionId: string }) => void) =>
    ({ principal, connectionId }: Client): void => {
      if (principal.kind === 'account') act({ userId: principal.userId, connectionId });
    };
  clients.on(
    'connected',
    ofAccounts((client) => presence.connect(client)),
  );
  clients.on(
    'gone',
    ofAccounts((client) => presence.disconnect(client)),
  );
  clients.on('seated', (one, isSeated) =>
    ofAccounts((client) => presence.setInMeeting(client, isSeated))(one),
  );
  const pictures = { profiles: database.profiles, owners: deps.meetings.owners, logger };
  const service = new PeopleService({
    people: database.people,
    profiles: database.profiles,
    contacts: database.contacts,
    makePicture: createPictureMaker(),
    searchByName: config.people.directory === 'everyone',
    onRenamed: shareNames(auth, cluster),
    onPicture: (userId) => void showPicture(userId, pictures),
    now: Date.now,
    ...{ deliveries, presence, rateLimits },
  });
  return { service, presence };
}

export interface PictureDeps {
  profiles: Pick<PictureStore, 'meetingsWith'>;
  owners: Pick<Meetings['owners'], 'ask'>;
  logger: Pick<Logger, 'warn'>;
}

/** Has the meetings that somebody is in or waits for show the picture that they have now. */
export async function showPicture(
  userId: string,
  { profiles, owners, logger }: PictureDeps,
): Promise<void> {
  const options = { create: false, repeatable: true };
  // The next owner reads it anyway.
  const warn = (err: unknown, meetingId?: string) =>
    logger.warn({ err, userId, meetingId }, 'a meeting does not know of a picture');
  try {
    for (const meetingId of await profiles.meetingsWith(userId)) {
      // One whose owner does not answer is not to keep it from the others.
      await owners
        .ask(meetingId, 'picture', { userId }, options)
        .catch((error: unknown) => warn(error, meetingId));
    }
  } catch (error) {
    warn(error);
  }
}

/** Tells every signaling node of another name; one that cannot be told reads it a few seconds later. */
function shareNames(
  auth: AuthService,
  { mesh, registry }: TalkDeps['cluster'],
): (userId: string, name: string) => void {
  mesh.serve(RENAMED, (renamed) => {
    const { userId, name } = renamed as { userId: string; name: string };
    auth.handleRenamed(userId, name);
  });
  return (userId, name) => {
    auth.handleRenamed(userId, name);
    for (const { instanceId, roles } of registry.nodes) {
      const isOther = instanceId !== registry.self.instanceId && roles.includes('signaling');
      if (isOther) mesh.tell(instanceId, RENAMED, { userId, name });
    }
  };
}
