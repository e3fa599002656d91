import { createHash } from 'node:crypto';

/** Where a picture is for whoever has been given this address, which nobody can guess. */
export function addressOf(avatarId: string): string {
  return `/api/avatars/${avatarId}`;
}

/** Where somebody's picture is for those who may see it: everybody in a meeting may know this address. */
export function addressInMeetings(userId: string, avatarId: string): string {
  return `/api/users/${userId}/pictures/${versionOf(avatarId)}`;
}

/** Which of somebody's pictures it is; the id does not follow from it. */
export function versionOf(avatarId: string): string {
  return createHash('sha256').update(avatarId).digest('base64url').slice(0, 22);
}
