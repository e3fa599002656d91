import { afterEach } from 'vitest';

type CleanUp = () => unknown;

/** @returns a way to say what is to be done after the test, the last that is said first; and one to do it now */
export function useCleanUps() {
  let cleanUps: CleanUp[] = [];
  const cleanUpNow = async (): Promise<void> => {
    const due = cleanUps.reverse();
    cleanUps = [];
    for (const cleanUp of due) await cleanUp();
  };
  afterEach(cleanUpNow);
  return { afterwards: (...more: CleanUp[]) => void cleanUps.push(...more), cleanUpNow };
}
