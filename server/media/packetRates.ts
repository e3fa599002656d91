/**
 * Packets per second, predicted: the unit of load. Measured at 13 µs of a core for each packet that
 * leaves at 100 consumers and 20 µs at 400.
 */
export const AUDIO_PPS = 50;
/** Of a picture's spatial layers, smallest first. */
export const LAYER_PPS: readonly number[] = [20, 60, 170];
/** What a worker's core forwards before it is full, until somebody has measured theirs. */
export const WORKER_CAPACITY_PPS = 40_000;
/** A router that has just been opened, until its consumers show the real load. */
export const ROUTER_PPS = 100;
