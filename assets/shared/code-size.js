// How large a QR code must be. A phone reads a code from ten times the width of its
// modules; the white around it, four modules on each side, does not count.

const QUIET = 4;

/** The width of a code as a share of the reading distance. */
const RATIO = 10;

/** Metres of width that a picture of a code with its white needs to be readable from this distance. @param {number} distance @param {number} modules on a side of the code */
export const sideFor = (distance, modules) => distance / RATIO * (modules + 2 * QUIET) / modules;

/** Metres from which a picture of a code with its white can be read. @param {number} side metres @param {number} modules */
export const reachOf = (side, modules) => side * RATIO * modules / (modules + 2 * QUIET);
