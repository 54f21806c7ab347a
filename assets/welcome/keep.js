// Asks the owner, once for all rooms, how long to keep comments.

import { ApiError, call } from '../shared/api.js';
import { byId, el } from '../shared/dom.js';

/** The offered days; 0 means without limit. */
const CHOICES = [1, 7, 30, 90, 365, 0];

/** @param {{t: import('../shared/i18n.js').Words['t'], say: (id: string, tone: 'good'|'bad'|'', text: string) => void, done: (done: boolean) => void}} page */
export async function askKeep({ t, say, done }) {
  const select = /** @type {HTMLSelectElement} */ (byId('keep-days'));
  const button = /** @type {HTMLButtonElement} */ (byId('keep-save'));
  /** @type {{days: number, asked: boolean, set_by?: string}} */ let now;
  try {
    now = await call('GET', '/api/keep');
  } catch {
    return; // a moderator's page: only the owner decides
  }
  let sure = false;
  draw();
  byId('step-keep').hidden = false;
  select.addEventListener('change', () => { sure = false; byId('keep-said').hidden = true; });
  byId('keep').addEventListener('submit', (event) => {
    event.preventDefault();
    void save();
  });

  function draw() {
    const days = CHOICES.includes(now.days) ? CHOICES : [now.days, ...CHOICES];
    select.replaceChildren(...days.map((n) => el('option', { value: String(n) }, CHOICES.includes(n) ? t(`keep_${n}`) : t('keep_other', { n }))));
    select.value = String(now.days);
    const fixed = now.set_by ?? '';
    select.disabled = button.disabled = fixed !== '';
    if (fixed) say('keep-said', '', t('keep_fixed', { by: fixed }));
    done(now.asked);
  }

  async function save() {
    const days = Number(select.value);
    // A shorter time deletes at once, so the page asks twice.
    if (days > 0 && (now.days === 0 || days < now.days) && !sure) {
      sure = true;
      return say('keep-said', 'bad', t('keep_sure'));
    }
    sure = false;
    try {
      now = await call('PUT', '/api/keep', { days });
      draw();
      say('keep-said', 'good', t('keep_saved'));
    } catch (fault) {
      say('keep-said', 'bad', fault instanceof ApiError && fault.message ? fault.message : t('failed'));
    }
  }
}
