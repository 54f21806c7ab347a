// Countdowns, separate from items.js because a phone needs this only during a countdown. Pure.

/** Whether a countdown that has ended reached 0; otherwise it was stopped before. @param {import('./items.js').Item} item */
export const countedDown = ({ spec, started = 0, stopped = 0 }) => stopped >= (spec.until || started + (spec.seconds ?? 0) * 1000);
