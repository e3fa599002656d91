import { signal } from '@preact/signals';
import type { OwnStatus, ProfileView } from '../../protocol/people.ts';
import { watchIdleness } from './idleness.ts';
import type { ProfileModel } from './peopleModels.ts';
import type { TalkDeps } from './talk.ts';

/** A profile with what the list of contacts needs of it. */
interface OwnProfile extends ProfileModel {
  /** Says that one is here; settles when the server tells what happens from now on. */
  arrive(): Promise<void>;
}

export function createProfile(deps: TalkDeps): OwnProfile {
  const { rest, signaling, self, session } = deps;
  const profile = signal<ProfileView | null>(null);
  const status = signal<OwnStatus | null>(null);
  const idleness = watchIdleness((idle) => {
    // The next connection tells it anyway.
    if (signaling.state.is === 'connected') void tell({ idle }).catch(() => undefined);
  });
  deps.onClose(() => idleness.stop());

  async function tell(input: { idle?: boolean; status?: OwnStatus['chosen'] }): Promise<void> {
    status.value = await signaling.request('update-chat-status', input);
  }

  function show(person: ProfileView): void {
    profile.value = person;
    session.rename(person.name);
  }

  deps.onNotification(({ name, payload }) => {
    if (name === 'own-status-updated') status.value = payload;
    if (name === 'profile-updated' && payload.person.id === self.id) show(payload.person);
  });

  return {
    profile,
    status,
    async arrive() {
      await tell({ idle: idleness.isIdle() });
      const { person } = await rest.call('readPerson', { params: { userId: self.id } });
      show(person);
    },
    choose: (chosen) => tell({ status: chosen }),
    async update(change) {
      show((await rest.call('updateProfile', { body: change })).person);
    },
    async setPicture(file) {
      const body = new Uint8Array(await file.arrayBuffer());
      show((await rest.call('uploadAvatar', { body, type: file.type })).person);
    },
    async removePicture() {
      show((await rest.call('removeAvatar')).person);
    },
    async deleteAccount(password) {
      await rest.call('deleteAccount', { body: { password } });
      session.expire();
    },
  };
}
