import { signal } from '@preact/signals';
import { CallController, type CallControllerDeps } from './CallController.ts';
import { createCallDevice } from './callDevice.ts';
import { createCallHistory } from './callHistory.ts';
import type { CallsModel } from './callsModels.ts';
import { openPeer } from './openPeer.ts';
import type { TalkDeps } from './talk.ts';

/** What calls need of the app: devices, and the way into a meeting. */
export type CallsApp = Omit<CallControllerDeps, 'signaling' | 'device' | 'openPeer'>;

export function createCalls(deps: TalkDeps): CallsModel {
  const { signaling, rest, callsApp } = deps;
  const unseen = signal(0);
  const history = createCallHistory(rest, (missed) => (unseen.value = missed));
  const controller = new CallController({
    ...callsApp,
    ...{ signaling, openPeer, device: createCallDevice() },
  });
  deps.onNotification((notification) => {
    controller.handle(notification);
    if (notification.name !== 'call:logged') return;
    unseen.value = notification.payload.missed;
    if (history.entries.peek().is !== 'loading') void history.load();
  });
  deps.onSync(() => {
    controller.sync().then(
      (missed) => (unseen.value = missed),
      // The next connection asks again.
      () => undefined,
    );
  });
  deps.onClose(() => controller.close());
  return {
    unseen,
    history,
    current: controller.current,
    theirVideo: controller.theirVideo,
    soundBlocked: controller.soundBlocked,
    call: (person, callType) => controller.call(person, callType),
    answer: (withVideo) => controller.answer(withVideo),
    decline: (message) => controller.decline(message),
    hangUp: () => controller.hangUp(),
    invite: (userIds) => controller.upgrade(userIds),
    dismiss: () => controller.dismiss(),
    meetingShown: () => controller.meetingShown(),
    unblockSound: () => controller.unblockSound(),
  };
}
