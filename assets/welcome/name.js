// The show's name, shown on poster and phones.

import { ApiError, call, roomPath } from '../shared/api.js';
import { byId } from '../shared/dom.js';
import { graphemes } from '../shared/protocol.js';

/** The most characters of a title, as room.MaxTitleLen. */
const LONGEST = 60;

/**
 * @param {{room: string, t: import('../shared/i18n.js').Words['t'], say: (id: string, tone: 'good'|'bad'|'', text: string) => void, done: (done: boolean) => void}} page
 */
export function askName({ room, t, say, done }) {
  const field = /** @type {HTMLInputElement} */ (byId('name'));
  let saved = field.defaultValue;

  /** A new room has its name in the address as its title. @param {string} [title] */
  function suggestTitle(title) {
    if (title === undefined) return;
    if (field.value === saved && document.activeElement !== field) field.value = title;
    saved = title;
    done(saved !== room);
  }

  /** @param {Event} event */
  async function save(event) {
    event.preventDefault();
    const title = field.value.trim();
    if (title === '') return field.focus();
    if (graphemes(title).length > LONGEST) return say('named', 'bad', t('name_long', { n: LONGEST }));
    try {
      await call('PATCH', roomPath(room), { title });
      suggestTitle(title);
      say('named', 'good', t('name_saved'));
    } catch (fault) {
      say('named', 'bad', fault instanceof ApiError && fault.message && fault.status ? fault.message : t('failed'));
    }
  }

  return {
    suggestTitle,
    start() {
      suggestTitle(saved);
      byId('rename').addEventListener('submit', (event) => void save(event));
      field.addEventListener('input', () => { byId('named').hidden = true; });
    },
  };
}
