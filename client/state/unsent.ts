import { z } from 'zod';
import { chatMessage } from '../../protocol/chat.ts';
import type { Outgoing } from './chatModels.ts';
import { keptInTab, type Kept } from './storage.ts';

const keptMessages = z.record(
  z.string(),
  z.array(
    chatMessage
      .pick({ content: true, replyTo: true, mentions: true })
      .extend({ clientId: z.string(), createdAt: z.number() }),
  ),
);

/** What somebody has written and the server does not have yet: it outlives a reload of the tab. */
export interface Unsent {
  readonly roomIds: readonly string[];
  of(roomId: string): readonly Outgoing[];
  keep(roomId: string, messages: readonly Outgoing[]): void;
}

/** @param kept a value of this user alone */
export function createUnsent(kept: Kept): Unsent {
  const read = (): z.infer<typeof keptMessages> => {
    try {
      return keptMessages.parse(JSON.parse(kept.get() ?? '{}'));
    } catch {
      // Of another version of the client: what cannot be read cannot be sent.
      return {};
    }
  };
  return {
    get roomIds() {
      return Object.keys(read());
    },
    // What was refused is tried anew: the reason may be gone.
    of: (roomId) => (read()[roomId] ?? []).map((one) => ({ ...one, failure: null })),
    keep(roomId, messages) {
      const { [roomId]: before, ...others } = read();
      if (messages.length > 0) {
        const all = messages.map(({ failure: _, mentions, ...one }) => ({
          ...one,
          mentions: [...mentions],
        }));
        kept.set(JSON.stringify({ ...others, [roomId]: all }));
      } else if (before) {
        kept.set(Object.keys(others).length > 0 ? JSON.stringify(others) : null);
      }
    },
  };
}

export function keptUnsent(userId: string): Kept {
  return keptInTab(`unsent.${userId}`);
}
