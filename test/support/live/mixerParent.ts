/** A process that has a room mixed, to be killed: says each second what its mixer's process is. */
import { openMixer } from './roomMixer.ts';

export interface ParentSays {
  pid: number;
  folder: string;
  segments: number;
}

const { mixer, spec, segments } = await openMixer();
mixer.on('health', () => {
  const says: ParentSays = {
    ...{ pid: mixer.pid ?? 0, folder: spec.folder, segments: segments.length },
  };
  process.send?.(says, undefined, undefined, () => undefined);
});
