// How large a QR code must be. A phone reads one from ten times the width of its
// modules together; the white around it, four modules on each side, does not count.

const QUIET = 4;

/** How much of a distance a code must be wide. */
const RATIO = 10;

/** Metres that a picture of a code with its white must be wide, to be read from so far. @param {number} distance @param {number} modules of a side of the code */
export const sideFor = (distance, modules) => distance / RATIO * (modules + 2 * QUIET) / modules;

/** Metres from which a picture of a code with its white is read. @param {number} side metres @param {number} modules */
export const reachOf = (side, modules) => side * RATIO * modules / (modules + 2 * QUIET);
