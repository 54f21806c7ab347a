// The machine of a cluster that this page uses, if it is not the one that served the page.
// Modules loaded on use have their own instances of modules in the page's single file, so
// one global place keeps it for all.

const PLACE = Symbol.for('danmaku.machine');
const all = /** @type {any} */ (globalThis);

/** @param {string} origin of that machine; "": the page's own @param {string} [ticket] identifies the person in requests to another machine */
export function setMachine(origin, ticket = '') { all[PLACE] = { origin, ticket }; }

/** The address of a path on the machine in use. @param {string} path */
export const atMachine = (path) => (all[PLACE]?.origin ?? '') + path;

/** Identifies the person at another machine, to which the browser sends no cookie. */
export const machineTicket = () => String(all[PLACE]?.ticket ?? '');
