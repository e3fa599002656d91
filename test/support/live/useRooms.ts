import { useCleanUps } from '../cleanUps.ts';
import { openRoom, type RoomOptions } from './room.ts';
import { RtpSender, type Sent } from './RtpSender.ts';

/** Rooms that this process mixes, and whoever sends to them; all of it ends with the test. */
export function useRooms() {
  const { afterwards, cleanUpNow } = useCleanUps();
  return {
    afterwards,
    cleanUpNow,
    /** A room with somebody who listens. */
    async open(given: RoomOptions = {}) {
      const room = await openRoom(given);
      afterwards(async () => {
        await room.close();
        await room.remove();
      });
      const listener = room.listen();
      afterwards(() => listener.close());
      return { ...room, listener };
    },
    async send(sent: Sent): Promise<RtpSender> {
      const sender = await RtpSender.start(sent);
      afterwards(() => sender.stop());
      return sender;
    },
  };
}
