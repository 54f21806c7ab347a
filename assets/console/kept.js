// What this browser stores of a moderator's preferences; without storage, they last as long as
// the page.

/** @type {Map<string, unknown>} */ const here = new Map();

const place = (/** @type {string} */ name) => `danmaku-console-${name}`;

/**
 * @template T
 * @param {string} name @param {T} usual the default
 * @returns {T}
 */
export function kept(name, usual) {
  if (here.has(name)) return /** @type {T} */ (here.get(name));
  try {
    const value = JSON.parse(localStorage.getItem(place(name)) ?? 'null');
    // Another version may have stored another type.
    return value !== null && typeof value === typeof usual && Array.isArray(value) === Array.isArray(usual) ? value : usual;
  } catch { return usual; }
}

/** @param {string} name @param {unknown} value */
export function keep(name, value) {
  here.set(name, value);
  try { localStorage.setItem(place(name), JSON.stringify(value)); } catch { /* as long as the page */ }
}
