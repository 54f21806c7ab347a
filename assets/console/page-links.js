// Links by role: holder, last use, copy, code, revoke.

import { el, icon, said } from '../shared/dom.js';
import { confirmFirst, openDialog } from './dialog.js';
import { labelled } from './labels.js';
import { copy, frame, once, roughly } from './page.js';

/** @typedef {{ role: string, opens?: string, all_rooms?: boolean, key_shown?: boolean }} Role as GET /api/links lists them */

/** @type {import('./sections.js').Open} */
export function open(host, store, acts) {
  const { words } = store;
  const { t, lang } = words;
  const box = frame(host, t('page_links'), t('links_lead'), 'narrow-page');
  const role = el('select', { 'aria-label': t('link_role') });
  const label = el('input', { class: 'plain-field', placeholder: t('link_label'), 'aria-label': t('link_label'), maxlength: 60, autocomplete: 'off', dir: 'auto' });
  const form = el('form', { class: 'page-bar link-form' }, role, label, el('button', { type: 'submit', class: 'button main' }, t('link_make')));
  const fresh = el('div', { role: 'status' });
  const list = el('ul', { class: 'lines links' });
  const old = el('ul', { class: 'lines links' });
  const gone = el('details', { class: 'links-gone', hidden: true }, el('summary', {}, t('links_revoked')), el('p', { class: 'help' }, t('links_revoked_help')), old);
  box.append(el('h3', {}, t('link_new')), form, fresh, list, gone);
  form.addEventListener('submit', (event) => { event.preventDefault(); void make(); });
  /** @type {Role[]} */
  let roles = [];
  let owners = 0; // valid links of owners; the server keeps the last one
  void load();
  return () => {};

  async function make() {
    const chosen = roles.find((r) => r.role === role.value);
    if (!chosen) return;
    const made = await acts.call('POST', '/api/links', { room: chosen.all_rooms ? '' : store.roomId, role: chosen.role, label: label.value.trim() });
    if (!made) return;
    label.value = '';
    const sender = !chosen.opens;
    const again = chosen.key_shown;
    fresh.replaceChildren(once(words, sender ? made.key : made.url, again ? '' : t('link_once'),
      !sender && el('img', { src: `data:image/svg+xml,${encodeURIComponent(made.qr)}`, alt: t('link_qr'), width: 160, height: 160 })));
    void load();
  }

  async function load() {
    const got = await acts.call('GET', '/api/links?revoked=1');
    if (!got) return;
    if (roles.length === 0) {
      roles = got.roles;
      // People make links for others, and rarely for one more owner.
      const inOrder = [...roles].sort((a, b) => Number(Boolean(a.all_rooms)) - Number(Boolean(b.all_rooms)));
      role.replaceChildren(...inOrder.map((r) => el('option', { value: r.role }, t(`role_${r.role}`))));
    }
    const here = got.links.filter((/** @type {any} */ l) => !l.room || l.room === store.roomId);
    const revoked = here.filter((/** @type {any} */ l) => l.revoked).sort((/** @type {any} */ a, /** @type {any} */ b) => b.revoked - a.revoked);
    const good = here.filter((/** @type {any} */ l) => !l.revoked);
    owners = good.filter((/** @type {any} */ l) => l.role === 'owner').length;
    list.replaceChildren(...good.map(line));
    gone.hidden = revoked.length === 0;
    old.replaceChildren(...revoked.map(goneLine));
  }

  /** @param {any} link */
  function line(link) {
    const name = link.label ? labelled(link.label, words) : t('link_nolabel');
    const act = (/** @type {string} */ text, /** @type {string} */ glyph, /** @type {string} */ tone, /** @type {(button: HTMLElement) => void} */ fn) => {
      const button = el('button', { type: 'button', class: `button ${tone}`, 'aria-label': `${text}: ${name}` }, icon(glyph), el('span', {}, text));
      button.addEventListener('click', () => fn(button));
      return button;
    };
    const url = link.url ? el('span', { class: 'mono soft' }, link.url) : null;
    return el('li', { class: 'line-row' }, el('span', { class: 'role' }, el('span', { class: 'chip' }, t(`role_${link.role}`))),
      el('span', { class: 'grow' }, el('b', {}, said(name)), ' ', !link.room && el('span', { class: 'soft' }, t('all_rooms')), el('br'),
        el('span', { class: 'when' }, el('span', {}, link.last_used ? t('link_used', { time: roughly(link.last_used, lang) }) : t('link_never'), ' ·'), ' ', el('span', {}, t('link_made', { time: roughly(link.made, lang) }))), url && el('br'), url),
      el('span', { class: 'row-acts' }, link.url && act(t('copy'), 'copy', 'line', (button) => void copy(link.url, button, words, /** @type {HTMLElement} */ (url))),
      link.url && act(t('link_show_qr'), 'qr', 'line', () => void openDialog(words, name, 'small', el('p', {}, el('img', { class: 'qr-big', src: `/api/links/${encodeURIComponent(link.id)}/qr.svg`, alt: t('link_qr') })), el('p', { class: 'mono' }, link.url))),
      link.role === 'owner' && owners === 1 ? el('span', { class: 'soft' }, t('link_last_owner')) : act(t('link_revoke'), 'x', 'stop', () => confirmFirst(words, { title: t('link_revoke_title'), text: t('link_revoke_text', { label: name }), yes: t('link_revoke') }, async () => {
        if (await acts.call('DELETE', `/api/links/${encodeURIComponent(link.id)}`)) store.notice({ text: t('link_revoked_told', { label: name }), glyph: 'link', undo: () => restore(link) });
        void load();
      }))));
  }

  /** A revoked link. @param {any} link */
  function goneLine(link) {
    const name = link.label ? labelled(link.label, words) : t('link_nolabel');
    const back = el('button', { type: 'button', class: 'button line', 'aria-label': `${t('undo_revoke_yes')}: ${name}` }, icon('undo'), el('span', {}, t('undo_revoke_yes')));
    back.addEventListener('click', () => confirmFirst(words, { title: t('undo_revoke_title'), text: t('undo_revoke_text', { what: `${t(`role_${link.role}`)} · ${name}` }), yes: t('undo_revoke_yes'), no: t('cancel') }, () => void restore(link)));
    return el('li', { class: 'line-row' }, el('span', { class: 'role' }, el('span', { class: 'chip' }, t(`role_${link.role}`))),
      el('span', { class: 'grow' }, el('b', {}, said(name)), ' ', !link.room && el('span', { class: 'soft' }, t('all_rooms')), el('br'),
        el('span', { class: 'when' }, t('link_revoked', { time: roughly(link.revoked, lang) }))), back);
  }

  /** @param {any} link */
  async function restore(link) {
    await acts.call('POST', `/api/links/${encodeURIComponent(link.id)}/restore`);
    void load();
  }
}
