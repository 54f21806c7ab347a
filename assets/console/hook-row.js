// One webhook: its state, its events, and its newest requests.

import { el, icon, said } from '../shared/dom.js';
import { confirmFirst } from './dialog.js';
import { toggle, when } from './page.js';

/** The tones and glyphs of the phases. @type {Record<string, [string, string]>} */
const PHASES = { off: ['', 'pause'], ready: ['ok', 'check'], sending: ['', 'send'], retrying: ['held', 'clock'], stopped: ['stop', 'warn'] };

/**
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {any} hook as first received
 * @param {{public: string[], staff: string[]}} kinds the kinds of events for webhooks
 * @param {{changed: () => void, showKey: (key: string) => void}} page
 */
export function hookRow(store, acts, hook, kinds, { changed, showKey }) {
  const { words } = store;
  const { t } = words;
  const path = (/** @type {string[]} */ ...more) => store.path('webhooks', hook.id, ...more);
  const name = hook.label || hostOf(hook.url);
  const phase = el('span', {}), why = el('p', { class: 'help chat-why', role: 'status' }), numbers = el('p', { class: 'when' });
  const set = async (/** @type {any} */ body) => {
    const got = await acts.call('PATCH', path(), body);
    if (got?.key) showKey(got.key);
    changed();
  };
  const act = (/** @type {string} */ text, /** @type {string} */ glyph, /** @type {string} */ tone, /** @type {() => void} */ fn) => el('button', { type: 'button', class: `button ${tone}`, 'aria-label': `${text}: ${name}`, onclick: fn }, icon(glyph), el('span', {}, text));
  const boxes = [...kinds.public, ...kinds.staff].map((kind) => {
    const input = el('input', { type: 'checkbox', name: kind });
    input.addEventListener('change', () => void set({ events: boxes.filter((box) => box.input.checked).map((box) => box.kind) }));
    return { kind, input, node: el('label', { class: 'check' }, input, el('span', {}, t(`hook_event_${kind}`))) };
  });
  const of = (/** @type {string[]} */ list) => boxes.filter(({ kind }) => list.includes(kind)).map(({ node }) => node);
  const on = toggle(t('hook_on'), !hook.off, (yes) => void set({ off: !yes }));
  const local = toggle(t('hook_local'), hook.local, (yes) => void set({ local: yes }));
  const requests = el('ul', { class: 'hook-requests' });
  const newest = el('details', { class: 'chat-more' }, el('summary', {}, t('hook_deliveries')), requests);
  const more = el('details', { class: 'chat-more' }, el('summary', {}, t('hook_settings')),
    el('div', { class: 'chat-switches' }, on, local),
    el('fieldset', { class: 'hook-kinds' }, el('legend', {}, t('hook_events')), ...of(kinds.public)),
    el('fieldset', { class: 'hook-kinds' }, el('legend', {}, t('hook_staff')), ...of(kinds.staff)),
    el('p', { class: 'help hook-key' }, act(t('hook_new_key'), 'lock', 'line', () => void set({ new_key: true })), el('span', {}, t('hook_new_key_text'))));
  const node = el('li', { class: 'line-row chat hook', 'data-id': hook.id },
    el('span', { class: 'grow' }, el('span', { class: 'chat-head' }, icon('upload'), el('b', {}, said(name)), phase), el('span', { class: 'mono soft' }, hook.url), why, numbers),
    el('span', { class: 'row-acts' }, act(t('hook_test'), 'send', 'line', () => void test()),
      act(t('hook_remove'), 'x', 'stop', () => confirmFirst(words, { title: t('hook_remove_title'), text: t('hook_remove_text', { what: name }), yes: t('hook_remove') }, async () => {
        await acts.call('DELETE', path());
        changed();
      }))), newest, more);

  async function test() {
    const got = await acts.call('POST', path('test'));
    if (!got) return;
    store.notice(got.fault ? { text: fault(got), tone: 'stop', glyph: 'warn' } : { text: t('hook_test_ok'), glyph: 'check' });
    changed();
  }

  /** @param {any} delivery */
  function fault(delivery) { return t(`hook_fault_${delivery.fault}`, { status: delivery.status }); }

  /** @param {any} next */
  function update(next) {
    const { state } = next;
    const [tone, glyph] = PHASES[state.phase];
    phase.className = `chip ${tone}`;
    phase.dataset.phase = state.phase;
    phase.replaceChildren(icon(glyph), el('span', {}, t(`hook_phase_${state.phase}`, { time: state.retry_at ? when(state.retry_at, words.lang) : '' })));
    const failed = state.since ? state.deliveries.find((/** @type {any} */ d) => d.fault && !d.test) : null;
    const text = failed ? `${fault(failed)} ${t('hook_since', { time: when(state.since, words.lang) })}` : '';
    if (why.textContent !== text) why.textContent = text; // screen readers announce only new text
    why.hidden = !text;
    numbers.textContent = [t('hook_delivered', { n: state.delivered }), state.failed > 0 && t('hook_failed', { n: state.failed })].filter(Boolean).join(' · ');
    newest.hidden = state.deliveries.length === 0;
    requests.replaceChildren(...state.deliveries.map((/** @type {any} */ d) => el('li', {}, el('span', { class: 'when' }, when(d.at, words.lang)), ' ',
      el('span', { class: `chip ${d.fault ? 'stop' : 'ok'}` }, d.status ? String(d.status) : '–'), ' ',
      d.fault ? `${fault(d)}${d.detail ? ` (${d.detail})` : ''}` : t('hook_delivery_ok'), ` · ${d.test ? t('hook_delivery_test') : d.events} · ${d.took_ms} ms`)));
    for (const { kind, input } of boxes) if (document.activeElement !== input) input.checked = next.events.includes(kind);
    for (const [label, is] of /** @type {[HTMLElement, boolean][]} */ ([[on, !next.off], [local, next.local]])) {
      const input = label.querySelector('input');
      if (input && document.activeElement !== input) input.checked = is;
    }
  }
  return { node, update };
}

/** @param {string} url */
function hostOf(url) {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}
