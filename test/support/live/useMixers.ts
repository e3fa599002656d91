import { useCleanUps } from '../cleanUps.ts';
import { openMixer, type OpenedMixer } from './roomMixer.ts';

/** Mixers in processes of their own, which end with the test that opened them. */
export function useMixers() {
  const { afterwards } = useCleanUps();
  const open = async (...given: Parameters<typeof openMixer>): Promise<OpenedMixer> => {
    const opened = await openMixer(...given);
    afterwards(async () => {
      await opened.mixer.close(true);
      await opened.remove();
    });
    return opened;
  };
  return { open, afterwards };
}
