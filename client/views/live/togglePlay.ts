import type { PlayerModel } from '../../state/live/liveModels.ts';

/** Plays what stands still, and the other way round. */
export async function togglePlay(player: PlayerModel): Promise<void> {
  const state = player.state.peek();
  if (state === 'paused' || state === 'blocked' || state === 'ended') await player.play();
  else player.pause();
}
