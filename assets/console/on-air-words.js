// The header's text about the overlays. Independent of the page.

import { onAir } from '../shared/on-air.js';

/**
 * @param {any} stats the newest frame
 * @param {{t: import('../shared/i18n.js').Words['t']}} words
 * @returns {{state: string, long: string, short: string, late: string, title: string}} long and short: the
 *   same, for wide and narrow headers; late: how long comments take; title: all of it, and what to do
 */
export function onAirWords(stats, { t }) {
  const { state, n, drawing, hidden, stuck, placedMs } = onAir(stats);
  const late = state === 'on' && stats.shown_ms !== undefined ? t('ms', { n: stats.shown_ms }) : '';
  const many = { none: false, on: drawing > 1, hidden: n > 1, stuck: n > 1 }[state];
  const long = t(`${{ none: 'overlay_off', on: 'overlay_on', hidden: 'overlay_hidden', stuck: 'overlay_stuck' }[state]}${many ? '_n' : ''}`, { n: state === 'on' ? drawing : state === 'stuck' ? stuck : n, of: n });
  const short = t({ none: 'short_overlay_off', on: many ? 'short_overlays' : 'short_overlay', hidden: 'short_overlay_hidden', stuck: 'short_overlay_stuck' }[state], { n: drawing });
  const title = [
    long, late && t('shown_in', { time: late }), state === 'on' && hidden > 0 && t('overlay_also_hidden', { n: hidden }),
    (state === 'hidden' || state === 'stuck') && t(`overlay_${state}_do`), placedMs !== undefined && n > 0 && t('overlay_placed', { n: Math.round(placedMs / 1000) }),
  ];
  return { state, long, short, late, title: title.filter(Boolean).join(' · ') };
}
