// Keeps typed text when a person leaves the page and returns. WebKit empties fields with
// autocomplete="off" when a page returns from the browser's page cache; a reloaded page
// has all fields as the server sent them.

/** @typedef {HTMLInputElement|HTMLTextAreaElement|HTMLSelectElement} Field */

const FIELDS = 'input:not([type="password"], [type="file"], [type="hidden"]), textarea, select';

/**
 * @param {Window} win
 * @param {object} how
 * @param {string[]} [how.keep] ids of fields whose text also survives a reload while the tab is open
 * @param {() => void} [how.restored] called after something was restored
 */
export function keepTyped(win, { keep = [], restored = () => {} } = {}) {
  const doc = win.document;
  const place = `danmaku-typed:${win.location.pathname}`;
  /** @type {Map<Field, string|boolean>} */ let left = new Map();

  win.addEventListener('pagehide', () => {
    left = new Map([.../** @type {NodeListOf<Field>} */ (doc.querySelectorAll(FIELDS))].map((field) => [field, valueOf(field)]));
    if (keep.length > 0) write(win, place, Object.fromEntries(keep.map((id) => [id, /** @type {Field|null} */ (doc.getElementById(id))?.value ?? '']).filter(([, text]) => text !== '')));
  });
  win.addEventListener('pageshow', (event) => {
    // WebKit empties the fields in a separate task, after this event.
    if (event.persisted) setTimeout(() => putBack([...left]), 0);
  });

  // A reloaded page: kept text goes into empty fields.
  const kept = keep.length > 0 ? read(win, place) : {};
  write(win, place, {});
  putBack(keep.flatMap((id) => {
    const field = /** @type {Field|null} */ (doc.getElementById(id));
    return field && field.value === '' && typeof kept[id] === 'string' ? [/** @type {[Field, string]} */ ([field, kept[id]])] : [];
  }));

  /** @param {[Field, string|boolean][]} values */
  function putBack(values) {
    let some = false;
    for (const [field, value] of values) {
      if (!field.isConnected || valueOf(field) === value) continue;
      some = true;
      if (typeof value === 'boolean') /** @type {HTMLInputElement} */ (field).checked = value;
      else {
        field.value = value;
        field.dispatchEvent(new Event('input', { bubbles: true }));
      }
    }
    if (some) restored();
  }
}

/** @param {Field} field */
const valueOf = (field) => (field.matches('[type="checkbox"], [type="radio"]') ? /** @type {HTMLInputElement} */ (field).checked : field.value);

/** @param {Window} win @param {string} place @returns {Record<string, unknown>} */
function read(win, place) {
  try {
    return JSON.parse(win.sessionStorage.getItem(place) ?? '{}') ?? {};
  } catch {
    return {};
  }
}

/** @param {Window} win @param {string} place @param {Record<string, unknown>} values */
function write(win, place, values) {
  try {
    if (Object.keys(values).length > 0) win.sessionStorage.setItem(place, JSON.stringify(values));
    else win.sessionStorage.removeItem(place);
  } catch { /* storage is blocked or full: typed text lasts as long as the page */ }
}
