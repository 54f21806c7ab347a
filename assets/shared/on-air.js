// What the overlays of a room do with comments, as `stats` reports it.

/**
 * @typedef {object} OnAir
 * @property {'none'|'on'|'hidden'|'stuck'} state none connected · at least one draws, and none is stuck ·
 *   all are hidden in OBS · at least one is connected and visible but gets no frames
 * @property {number} n overlays that are connected
 * @property {number} drawing
 * @property {number} hidden
 * @property {number} stuck
 * @property {number} [placedMs] ms since one of them drew its last comment
 */

/** @param {any} stats the frame; one of an older server counts overlays alone @returns {OnAir} */
export function onAir(stats) {
  const n = Number(stats?.clients?.overlay ?? 0);
  const { drawing = n, hidden = 0, stuck = 0, placed_ms: placedMs } = stats?.overlays ?? {};
  const state = n === 0 ? 'none' : stuck > 0 ? 'stuck' : drawing > 0 || hidden === 0 ? 'on' : 'hidden';
  return { state, n, drawing: n === 0 ? 0 : drawing, hidden, stuck, placedMs };
}
