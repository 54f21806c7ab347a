// Countdowns, apart from items.js: a phone needs this only while there is one. Pure.

/** Whether a countdown that has ended came to 0; else it was stopped before. @param {import('./items.js').Item} item */
export const countedDown = ({ spec, started = 0, stopped = 0 }) => stopped >= (spec.until || started + (spec.seconds ?? 0) * 1000);
