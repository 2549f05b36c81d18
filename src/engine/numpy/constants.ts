export const pi = Math.PI;
/** Euler's number. */
export const e = Math.E;
/** The Euler-Mascheroni constant. */
export const euler_gamma = 0.5772156649015329;
export const inf = Infinity;
export const nan = NaN;
/** In an index: a new axis of extent 1. */
export const newaxis = null;
