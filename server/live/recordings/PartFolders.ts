import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where one mixer process writes a part of a recording; null: that is not recorded. */
export interface PartTarget {
  /** Segments of the picture that listeners see, with their index. */
  composite: string | null;
  /** A file of every microphone, camera and screen, and `manifest.json` that places them in time. */
  tracks: string | null;
}

const PART = /^\d{1,15}$/;

/** What of recordings is on the disk of a node that mixes, until it is in the storage. */
export class PartFolders {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folders of a part. */
  async create(
    { id, composite, tracks }: { id: string; composite: boolean; tracks: boolean },
    part: number,
  ): Promise<PartTarget> {
    const folder = this.folderOf(id, part);
    const target = {
      composite: composite ? compositeIn(folder) : null,
      tracks: tracks ? tracksIn(folder) : null,
    };
    for (const path of [target.composite, target.tracks]) {
      if (path !== null) await mkdir(path, { recursive: true });
    }
    return target;
  }

  folderOf(recordingId: string, part: number): string {
    return join(this.#folder, recordingId, String(part));
  }

  /** Of what is made of a recording's parts; emptied first. */
  async createWork(recordingId: string): Promise<string> {
    const folder = join(this.#folder, recordingId, 'work');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** Recordings of which anything is here. */
  async recordings(): Promise<string[]> {
    return namesIn(this.#folder);
  }

  /** Numbers of the parts that are here. */
  async parts(recordingId: string): Promise<number[]> {
    const names = await namesIn(join(this.#folder, recordingId));
    return names.filter((name) => PART.test(name)).map(Number);
  }

  /** Idempotent. */
  async remove(recordingId: string): Promise<void> {
    await rm(join(this.#folder, recordingId), { recursive: true, force: true });
  }
}

export function compositeIn(partFolder: string): string {
  return join(partFolder, 'composite');
}

export function tracksIn(partFolder: string): string {
  return join(partFolder, 'tracks');
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
