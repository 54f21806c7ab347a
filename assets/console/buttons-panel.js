// The buttons on the page "Automate": URLs that each do one thing.

import { el, icon, said } from '../shared/dom.js';
import { confirmFirst } from './dialog.js';
import { copyButton, roughly } from './page.js';

/** @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts */
export function buttonsPanel(store, acts) {
  const { words } = store;
  const { t, lang } = words;
  const act = el('select', { 'aria-label': t('button_act') });
  const label = el('input', { class: 'plain-field', placeholder: t('button_label'), 'aria-label': t('button_label'), maxlength: 60, autocomplete: 'off', dir: 'auto' });
  const form = el('form', { class: 'page-bar button-form' }, act, label, el('button', { type: 'submit', class: 'button main' }, t('button_make')));
  const list = el('ul', { class: 'lines buttons' });
  const none = el('p', { class: 'none-yet', hidden: true }, t('buttons_none'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void make();
  });
  void load();
  return el('section', {}, el('h3', {}, t('buttons_title')), el('p', { class: 'help' }, t('buttons_help')), form, list, none);

  async function make() {
    const made = await acts.call('POST', store.path('buttons'), { act: act.value, label: label.value.trim() });
    if (!made) return;
    label.value = '';
    void load();
  }

  async function load() {
    const got = await acts.call('GET', store.path('buttons'));
    if (!got) return;
    if (act.options.length === 0) act.replaceChildren(...got.acts.map((/** @type {string} */ name) => el('option', { value: name }, t(`press_${name}`))));
    none.hidden = got.buttons.length > 0;
    list.replaceChildren(...got.buttons.map(line));
  }

  /** @param {{id: string, act: string, label: string, url: string, last_used?: number}} button */
  function line(button) {
    const name = button.label || t(`press_${button.act}`);
    const url = el('span', { class: 'mono soft' }, button.url);
    const gone = el('button', { type: 'button', class: 'button stop', 'aria-label': `${t('button_remove')}: ${name}` }, icon('x'), el('span', {}, t('button_remove')));
    gone.addEventListener('click', () => confirmFirst(words, { title: t('button_remove_title'), text: t('button_remove_text', { what: name }), yes: t('button_remove') }, async () => {
      await acts.call('DELETE', `/api/links/${encodeURIComponent(button.id)}`);
      void load();
    }));
    return el('li', { class: 'line-row button-row', 'data-id': button.id }, el('span', { class: 'grow' }, el('b', {}, said(name)), ' ', button.label && el('span', { class: 'soft' }, t(`press_${button.act}`)), el('br'),
      el('span', { class: 'when' }, button.last_used ? t('button_used', { time: roughly(button.last_used, lang) }) : t('button_never')), el('br'), url),
    el('span', { class: 'row-acts' }, copyButton(words, button.url, url, name), gone));
  }
}
