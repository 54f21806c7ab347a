// The lasting content of the banner: stop > warn > offline > back.

import { onAir } from '../shared/on-air.js';
import { isOn, replayName } from './replay.js';
import { length } from './export-params.js';

/** @typedef {import('./banner.js').BannerContent} BannerContent */

/**
 * @typedef {object} State
 * @property {import('./store.js').Store} store
 * @property {import('./acts.js').Acts} acts
 * @property {import('./switches.js').Switches} switches
 * @property {import('./raid.js').RaidWatch} raids
 * @property {boolean} saving comments can be saved
 * @property {string} stopped why the connection ended for good; '' while it has not
 * @property {boolean} away the connection is lost
 * @property {boolean} back it was lost a moment ago
 * @property {boolean} fullList and the list has been reloaded since
 * @property {() => void} changed the content has changed
 */

/** @param {State} state @returns {BannerContent|null} */
export function bannerState(state) {
  const { store: { room, words: { t } }, acts, saving, stopped, away, back, fullList } = state;
  if (stopped) return { first: true, tone: 'stop', glyph: 'lock', text: t(stopped === 'revoked' ? 'stopped_key' : stopped === 'closed' ? 'stopped_closed' : 'stopped_not_allowed') };
  if (!saving && !away) return { firm: true, tone: 'warn', glyph: 'warn', text: t('behind') };
  if (away) return { first: true, tone: 'calm', glyph: 'offline', text: t('offline') };
  if (back) return { tone: 'good', glyph: 'wifi', text: t(fullList ? 'back_anew' : 'back') };
  if (room.locked) return { tone: 'warn', glyph: 'lock', text: t('locked'), undo: () => acts.lock(false), act: 'unlock' };
  if (room.state === 'paused') return { tone: 'warn', glyph: 'pause', text: t('paused_told'), undo: () => acts.set({ state: 'open' }), act: 'go_on' };
  if (room.state === 'closed') return { tone: 'calm', glyph: 'lock', text: t('closed_told'), undo: () => acts.set({ state: 'open' }), act: 'open_room' };
  return raided(state) ?? frozen(state) ?? replayed(state);
}

/** @param {State} state @returns {BannerContent|null} */
function raided({ store, acts, switches, raids, changed }) {
  const { room, words: { t, lang } } = store;
  const { raid } = raids;
  const { given, left } = raids.answers(room);
  if (!raid && given.length === 0) return null;
  const text = [
    raid?.newcomers && t('raid_newcomers_n', { n: raid.newcomers, s: raid.seconds ?? 30 }),
    raid?.stopped && t('raid_stopped_n', { n: raid.stopped }),
    raid && given.some(({ name }) => name === 'newcomers') && t('raid_held'),
    !raid && t('raid_over'),
    raid?.voices && t('raid_voices_n', { n: raid.voices }),
  ].filter(Boolean).join(lang === 'en' ? ' ' : '');
  return {
    tone: 'warn', glyph: 'warn', text, quote: raid?.voices ? raid.text : '', firm: raid !== null && given.length === 0,
    answers: raid ? [
      ...left.map(({ name, glyph }) => ({ name, glyph, word: t(name === 'newcomers' ? 'raid_newcomers' : `switch_${name}`), act: () => switches.press(name) })),
      { name: 'lock', glyph: 'lock', word: t(switches.armed ? 'lock_again' : 'switch_lock'), act: () => switches.press('lock') },
    ] : [],
    undo: given.length > 0 ? () => acts.set(raids.back(store.room)) : undefined,
    wave() {
      raids.wave();
      changed();
    },
  };
}

/** An overlay is connected and gets no frames: the stream is frozen, and nothing else shows that. @param {State} state @returns {BannerContent|null} */
function frozen({ store }) {
  return onAir(store.stats).state === 'stuck' ? { tone: 'warn', glyph: 'warn', text: store.words.t('overlay_stuck_do') } : null;
}

/** A replay is running. @param {State} state @returns {BannerContent|null} */
function replayed({ store, acts }) {
  const { replay, words } = store;
  if (!replay || !isOn(replay)) return null;
  const { t } = words;
  const paused = replay.state === 'paused', loading = replay.state === 'loading';
  const name = replayName(words, replay);
  const control = { name: 'hold', glyph: paused ? 'play' : 'pause', word: t(paused ? 'replay_go_on' : 'replay_pause'), act: () => acts.call('PATCH', store.path('replay'), { state: paused ? 'playing' : 'paused' }) };
  const stop = { name: 'stop', glyph: 'x', word: t('replay_stop'), act: () => acts.call('DELETE', store.path('replay')) };
  const text = loading ? t('replay_banner_loading', { name }) : t(paused ? 'replay_banner_paused' : 'replay_banner', { name, at: length(replay.at_ms), of: length(replay.length_ms) });
  return { tone: 'calm', glyph: paused ? 'pause' : 'play', text, answers: loading ? [stop] : [control, stop] };
}
