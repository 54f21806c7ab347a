// The replay's part of the page: plays a past session or a file again. The server reports its
// progress to all consoles.

import { el, icon, said } from '../shared/dom.js';
import { choice, setting } from './page.js';
import { aboutFile, MOST_FILE, SPEEDS, faultAt, length, sessionName } from './export-params.js';

/**
 * The frame `replay` of docs/dev/protocol.md.
 * @typedef {object} Replay
 * @property {'loading'|'playing'|'paused'|'ended'|'stopped'|'failed'} state
 * @property {string} [file]
 * @property {number} [from]
 * @property {number} [to]
 * @property {string} by
 * @property {number} total
 * @property {number} at_ms
 * @property {number} length_ms
 * @property {number} speed
 * @property {{shown: number, held: number, refused: number, skipped: number}} counts
 * @property {string} [why]
 * @property {import('./export-params.js').Fault[]} [defects] unreadable comments of the file
 * @property {import('./export-params.js').Fault[]} [notes] other faults of the file
 */

/** @param {Replay|null} replay */
export const isOn = (replay) => replay !== null && ['loading', 'playing', 'paused'].includes(replay.state);

/** The name of the replayed source. @param {import('../shared/i18n.js').Words} words @param {Replay} replay */
export function replayName({ lang }, { file, from }) {
  return file || new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' }).format(from);
}

/**
 * @param {HTMLElement} box @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {(fn: (sessions: import('./export-params.js').Session[]) => void) => void} follow
 * @returns {() => void} ends it
 */
export function openReplay(box, store, acts, follow) {
  const { words } = store;
  const { t } = words;
  const panel = openPanel(store, acts);
  const form = store.owner ? openForm(store, acts, follow) : null;
  const note = el('p', { class: 'help' }, t(store.owner ? 'replay_help' : 'replay_owner'));
  box.append(note, panel.box, ...(form ? [form.box] : []));
  const draw = () => {
    panel.draw();
    if (form) form.box.hidden = isOn(store.replay);
    note.hidden = isOn(store.replay);
  };
  draw();
  return store.on('replay', draw);
}

/**
 * The present replay, or the result of the last one.
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 */
function openPanel(store, acts) {
  const { words } = store;
  const { t, lang } = words;
  const number = new Intl.NumberFormat(lang);
  const control = (/** @type {Record<string, any>} */ change) => void acts.call('PATCH', store.path('replay'), change);
  const name = el('p', { class: 'replay-name' });
  const at = el('input', { type: 'range', min: 0, step: 1000, 'aria-label': t('replay_at') });
  const time = el('p', { class: 'replay-time' });
  const speed = el('select', { 'aria-label': t('replay_speed') }, ...SPEEDS.map((s) => el('option', { value: s }, t('times', { n: s }))));
  const glyph = el('span', { class: 'glyph' }), word = el('span');
  const hold = el('button', { type: 'button', class: 'button', onclick: () => control({ state: store.replay?.state === 'paused' ? 'playing' : 'paused' }) }, glyph, word);
  const stop = el('button', { type: 'button', class: 'button stop', onclick: () => void acts.call('DELETE', store.path('replay')) }, icon('x'), el('span', {}, t('replay_stop')));
  const counts = el('p', { class: 'help' });
  const why = el('p', { class: 'fault', role: 'status' });
  const controls = el('div', { class: 'page-bar' }, hold, stop, speed);
  const box = el('div', { class: 'replay-panel', hidden: true }, name, at, time, why, controls, counts);
  let moving = false;
  at.addEventListener('input', () => { moving = true; drawTime(Number(at.value)); });
  at.addEventListener('change', () => { moving = false; control({ at_ms: Number(at.value) }); });
  speed.addEventListener('change', () => control({ speed: Number(speed.value) }));

  /** @param {number} ms */
  function drawTime(ms) {
    const text = t('replay_time', { at: length(ms), of: length(store.replay?.length_ms ?? 0) });
    time.textContent = text;
    at.setAttribute('aria-valuetext', text);
  }

  function draw() {
    const { replay } = store;
    box.hidden = replay === null;
    if (replay === null) return;
    const on = isOn(replay), loading = replay.state === 'loading';
    name.replaceChildren(said(replayName(words, replay)), el('span', { class: `chip${replay.state === 'playing' ? ' shown' : replay.state === 'failed' ? ' stop' : ''}` }, t(`replay_${replay.state}`)));
    at.hidden = time.hidden = !on || loading;
    controls.hidden = !on;
    hold.hidden = speed.hidden = loading; // while loading it can only be stopped
    at.max = String(replay.length_ms);
    if (!moving) {
      at.value = String(replay.at_ms);
      drawTime(replay.at_ms);
    }
    // A speed that was set over HTTP may not be in the list.
    if (document.activeElement !== speed) speed.value = SPEEDS.includes(replay.speed) ? String(replay.speed) : '';
    const paused = replay.state === 'paused';
    if (glyph.dataset.of !== replay.state) {
      glyph.dataset.of = replay.state;
      glyph.replaceChildren(icon(paused ? 'play' : 'pause'));
    }
    word.textContent = t(paused ? 'replay_go_on' : 'replay_pause');
    why.textContent = !replay.why ? '' : t(replay.why === 'room_paused' ? 'replay_why_paused' : replay.why === 'room_closed' ? 'replay_why_closed' : 'replay_why_other');
    why.hidden = !replay.why;
    const { shown, held, refused, skipped } = replay.counts;
    counts.textContent = t('replay_counts', { of: number.format(replay.total), shown: number.format(shown), held: number.format(held), refused: number.format(refused), skipped: number.format(skipped) });
    counts.hidden = loading;
  }
  return { box, draw };
}

/**
 * The owner's controls to start a replay.
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {(fn: (sessions: import('./export-params.js').Session[]) => void) => void} follow
 */
function openForm(store, acts, follow) {
  const { words } = store;
  const { t } = words;
  /** @type {import('./export-params.js').Session[]} */ let sessions = [];
  let busy = false;
  const source = choice('replay-source', ['past', 'file'], (s) => t(`replay_${s}`), draw);
  const session = el('select', { 'aria-label': t('replay_past') });
  const file = el('input', { type: 'file', accept: '.xml,.jsonl,.json,.txt,.csv,.so,.gz', 'aria-label': t('replay_file') });
  const formats = el('p', { class: 'help' }, t('replay_formats'));
  const speed = el('select', { 'aria-label': t('replay_speed') }, ...SPEEDS.map((s) => el('option', { value: s }, t('times', { n: s }))));
  speed.value = '1';
  const begin = el('button', { type: 'button', class: 'button main', onclick: () => void start() }, icon('play'), el('span', {}, t('replay_begin')));
  const status = el('div', { role: 'status' });
  const box = el('div', {}, setting(t('replay_source'), '', source.group, session, file, formats), setting(t('replay_speed'), t('replay_speed_help'), speed),
    el('div', { class: 'page-bar' }, begin), status);
  file.addEventListener('change', draw);
  follow((list) => {
    sessions = list;
    session.replaceChildren(...(list.length > 0 ? list.map((s, i) => el('option', { value: i }, sessionName(words, s))) : [el('option', { value: '' }, t('replay_no_past'))]));
    draw();
  });
  draw();
  return { box };

  function draw() {
    const past = source.value === 'past';
    session.hidden = !past;
    session.disabled = sessions.length === 0;
    file.hidden = formats.hidden = past;
    begin.setAttribute('aria-disabled', String(busy || !(past ? sessions[Number(session.value)] : file.files?.[0])));
  }

  /** @param {string} text @param {import('./export-params.js').Fault[]} [about] the faults of the file @param {boolean} [plays] */
  function fault(text, about = [], plays = false) {
    status.replaceChildren(el('p', { class: plays ? '' : 'fault' }, text), ...(about.length > 0 ? [el('ul', { class: 'fault-list' }, ...about.map((d) => el('li', { class: 'doubt' }, icon('warn'), said(faultAt(words, d)))))] : []));
  }

  async function start() {
    if (begin.getAttribute('aria-disabled') === 'true') return;
    status.replaceChildren();
    const chosen = source.value === 'file' ? file.files?.[0] : undefined;
    if (chosen && chosen.size > MOST_FILE) return fault(t('replay_too_large'));
    busy = true;
    draw();
    try {
      const begun = await (chosen ? upload(chosen) : fetch(store.path('replay'), {
        method: 'POST', headers: { 'X-Requested-With': 'danmaku', 'Content-Type': 'application/json' },
        body: JSON.stringify({ from: sessions[Number(session.value)].from, to: sessions[Number(session.value)].to + 1, speed: Number(speed.value) }),
      }));
      const answer = await begun.json().catch(() => ({}));
      const about = aboutFile(answer);
      if (!begun.ok) fault(answer.fault ? faultAt(words, answer.fault) : answer.code === 'room_closed' ? t('replay_why_closed') : t(words.has(`fault_${answer.code}`) ? `fault_${answer.code}` : 'fault_other'), about);
      else if (about.length > 0) fault(t('replay_defects'), about, true);
    } catch {
      fault(t('fault_offline'));
    }
    busy = false;
    draw();
  }

  /** @param {File} chosen */
  function upload(chosen) {
    const query = new URLSearchParams({ name: chosen.name, speed: speed.value });
    return fetch(`${store.path('replay', 'file')}?${query}`, { method: 'PUT', headers: { 'X-Requested-With': 'danmaku', 'Content-Type': 'application/octet-stream' }, body: chosen });
  }
}
