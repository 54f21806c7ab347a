// The page "Automate": buttons, which act here (buttons-panel.js), and webhooks, which notify
// other programs. Each shows its state (hook-row.js).

import { ApiError } from '../shared/api.js';
import { el } from '../shared/dom.js';
import { buttonsPanel } from './buttons-panel.js';
import { hookRow } from './hook-row.js';
import { frame, once } from './page.js';

/** ms between two updates of their states */
const POLL_EVERY = 2000;

/** @type {import('./sections.js').Open} */
export function open(host, store, acts) {
  const { words } = store;
  const { t } = words;
  const box = frame(host, t('page_automation'), t('automation_lead'), 'narrow-page');
  const url = el('input', { class: 'plain-field grow', type: 'url', placeholder: t('hook_url'), 'aria-label': t('hook_url'), autocomplete: 'off', spellcheck: 'false', maxlength: 2000 });
  const label = el('input', { class: 'plain-field', placeholder: t('hook_label'), 'aria-label': t('hook_label'), autocomplete: 'off', maxlength: 60, dir: 'auto' });
  const local = el('input', { type: 'checkbox', name: 'local' });
  const form = el('form', { class: 'chat-form hook-form' }, el('div', { class: 'page-bar' }, url, label, el('button', { type: 'submit', class: 'button main' }, t('hook_make'))),
    el('label', { class: 'check' }, local, el('span', {}, t('hook_local'))));
  const fresh = el('div', { role: 'status' });
  const list = el('ul', { class: 'lines hooks' });
  const none = el('p', { class: 'none-yet', hidden: true }, t('hooks_none'));
  box.append(buttonsPanel(store, acts), el('section', {}, el('h3', {}, t('hooks_title')), el('p', { class: 'help' }, t('hooks_help')), form, fresh, list, none));
  /** @type {Map<string, ReturnType<typeof hookRow>>} */ const rows = new Map();
  /** @type {any} */ let timer;
  let closed = false, run = 0;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void make();
  });
  void load();
  return () => {
    closed = true;
    clearTimeout(timer);
  };

  async function make() {
    if (!url.value.trim()) return url.focus();
    const made = await acts.call('POST', store.path('webhooks'), { url: url.value.trim(), label: label.value.trim(), local: local.checked });
    if (!made) return;
    url.value = label.value = '';
    local.checked = false;
    showKey(made.key);
    void load();
  }

  /** @param {string} key */
  function showKey(key) { fresh.replaceChildren(once(words, key, t('hook_key_once'), false, t('hook_key_ready'))); }

  async function load() {
    const mine = ++run;
    clearTimeout(timer);
    try {
      const got = await acts.ask('GET', store.path('webhooks'));
      if (closed || mine !== run) return;
      draw(got);
    } catch (fault) {
      // The next update comes soon; the banner shows a lost connection.
      if (!(fault instanceof ApiError)) throw fault;
    }
    if (!closed && mine === run) timer = setTimeout(() => void load(), POLL_EVERY);
  }

  /** @param {any} got */
  function draw(got) {
    none.hidden = got.webhooks.length > 0;
    for (const [id, row] of rows) {
      if (got.webhooks.some((/** @type {any} */ hook) => hook.id === id)) continue;
      row.node.remove();
      rows.delete(id);
    }
    for (const hook of got.webhooks) {
      let row = rows.get(hook.id);
      if (!row) {
        rows.set(hook.id, row = hookRow(store, acts, hook, got, { changed: () => void load(), showKey }));
        list.append(row.node);
      }
      row.update(hook);
    }
  }
}
