import { effect } from '@preact/signals';
import { createRoom, type ChatWire, type Room } from './chatRoom.ts';
import { createUnsent, keptUnsent } from './unsent.ts';

/** Rooms that are looked at, and those where something is still to be sent. */
export interface OpenRooms {
  /** The same until it is closed and nothing is left to be sent. */
  open(roomId: string): Room;
  close(roomId: string): void;
  closeAll(): void;
}

export function createOpenRooms(wire: ChatWire): OpenRooms {
  const rooms = new Map<string, { room: Room; looked: boolean }>();
  const unsent = createUnsent(keptUnsent(wire.selfId));

  /** Goes as soon as nothing in it waits to be sent, unless it is looked at again by then. */
  function release(roomId: string, one: { room: Room; looked: boolean }): void {
    const stop = effect(() => {
      const { outgoing, changes } = one.room;
      if ([...outgoing.value, ...changes.value].some(({ failure }) => failure === null)) return;
      queueMicrotask(() => {
        stop();
        if (one.looked || rooms.get(roomId) !== one) return;
        rooms.delete(roomId);
        one.room.close();
      });
    });
  }

  // What was written before the page was reloaded goes out, whether or not its room is looked at.
  for (const roomId of unsent.roomIds) {
    const one = { room: createRoom(wire, unsent, roomId), looked: false };
    rooms.set(roomId, one);
    release(roomId, one);
  }

  return {
    open(roomId) {
      const one = rooms.get(roomId) ?? { room: createRoom(wire, unsent, roomId), looked: true };
      one.looked = true;
      rooms.set(roomId, one);
      return one.room;
    },
    close(roomId) {
      const one = rooms.get(roomId);
      if (!one) return;
      one.looked = false;
      release(roomId, one);
    },
    closeAll() {
      for (const { room } of rooms.values()) room.close();
      rooms.clear();
    },
  };
}
