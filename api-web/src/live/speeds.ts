/** The speeds at which footage is played. Not here: the buffer that they need (`hlsConfig`). */

export const SPEEDS: readonly number[] = [0.5, 1, 2, 4, 8, 16];

/** Faster sound is only noise. */
const SOUND_UP_TO = 2;

/** The next speed up (1) or down (-1); the same one where there is none. */
export function nextSpeed(speed: number, direction: 1 | -1): number {
  const next =
    direction === 1
      ? SPEEDS.find((candidate) => candidate > speed)
      : SPEEDS.findLast((candidate) => candidate < speed);
  return next ?? speed;
}

export function hasSound(speed: number): boolean {
  return speed <= SOUND_UP_TO;
}
