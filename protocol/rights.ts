import type { MeetingSettings, MeetingSwitch, Role } from './meetings.ts';

/** Everything in a meeting that not everybody may do. */
export const RIGHTS = [
  /** See who waits, let in, turn away, write to those who wait. */
  'manage-waiting-room',
  /** Mute somebody, or everybody. */
  'mute-others',
  /** Ask somebody to unmute or to turn on the camera, and let them do so where only hosts may. */
  'ask-to-unmute',
  /** Stop somebody's camera or shared screen. */
  'stop-media-of-others',
  /** Lower somebody's hand, or everybody's. */
  'lower-hands',
  /** Give somebody another name. */
  'rename-others',
  /** Put somebody out. */
  'remove',
  /** Keep somebody out for good, and lift that again. */
  'ban',
  /** Lock and unlock, switch the waiting room, decide what everybody may do. */
  'change-settings',
  /** See who did what to whom. */
  'see-audit',
  /** Make somebody a co-host, and take that back. */
  'assign-cohosts',
  /** Make somebody else the host. */
  'hand-over',
  /** Have the meeting recorded without anybody starting it, and take that back. */
  'record-automatically',
  /** End the meeting for everyone. */
  'end',
  /** Turn on one's own microphone. */
  'unmute',
  /** Turn on one's own camera. */
  'use-camera',
  /** Share one's own screen. */
  'share-screen',
  /** Show a reaction. */
  'react',
  /** Write in the meeting's chat. */
  'chat',
  /** Change one's own name. */
  'rename-self',
  /** Raise one's hand. */
  'raise-hand',
] as const;
export type Right = (typeof RIGHTS)[number];

/** Who has a right: the host alone, hosts and co-hosts, everybody, or as a setting says (hosts always). */
type Holder = 'host' | 'hosts' | 'everyone' | MeetingSwitch;

/** The one table of rights. */
export const HOLDERS: Readonly<Record<Right, Holder>> = {
  'manage-waiting-room': 'hosts',
  'mute-others': 'hosts',
  'ask-to-unmute': 'hosts',
  'stop-media-of-others': 'hosts',
  'lower-hands': 'hosts',
  'rename-others': 'hosts',
  remove: 'hosts',
  ban: 'hosts',
  'change-settings': 'hosts',
  'see-audit': 'hosts',
  'assign-cohosts': 'host',
  'hand-over': 'host',
  'record-automatically': 'host',
  end: 'host',
  unmute: 'mayUnmute',
  'use-camera': 'mayUseCamera',
  'share-screen': 'mayShareScreen',
  react: 'mayReact',
  chat: 'mayChat',
  'rename-self': 'mayRename',
  'raise-hand': 'everyone',
};

const RANKS: Readonly<Record<Role, number>> = { host: 2, cohost: 1, participant: 0, guest: 0 };

/** Whether a role has a right under these settings. */
export function mayDo(role: Role, right: Right, settings: MeetingSettings): boolean {
  const holder = HOLDERS[right];
  switch (holder) {
    case 'everyone':
      return true;
    case 'host':
      return role === 'host';
    case 'hosts':
      return isHosting(role);
    case 'mayShareScreen':
    case 'mayUnmute':
    case 'mayReact':
    case 'mayChat':
    case 'mayUseCamera':
    case 'mayRename':
      return isHosting(role) || settings[holder];
  }
}

/**
 * Whether somebody with one role may use a right on somebody with another: only on those of lower
 * rank, so that co-hosts act neither on the host nor on each other.
 */
export function mayActOn(role: Role, right: Right, on: Role, settings: MeetingSettings): boolean {
  return mayDo(role, right, settings) && RANKS[role] > RANKS[on];
}

/** Host and co-hosts. */
export function isHosting(role: Role): boolean {
  return role === 'host' || role === 'cohost';
}
