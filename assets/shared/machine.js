// Which machine of a cluster this page asks, where that is another one than it came from.
// Modules that are loaded on use have instances of their own of what the page's one file
// has, so it is kept in one place for all.

const PLACE = Symbol.for('danmaku.machine');
const all = /** @type {any} */ (globalThis);

/** @param {string} origin of that machine; "": the page's own one @param {string} [ticket] who this is, for requests to another machine */
export function setMachine(origin, ticket = '') { all[PLACE] = { origin, ticket }; }

/** The address of something on the machine in use. @param {string} path */
export const atMachine = (path) => (all[PLACE]?.origin ?? '') + path;

/** Who this is, where no cookie says so since the machine is another one. */
export const machineTicket = () => String(all[PLACE]?.ticket ?? '');
