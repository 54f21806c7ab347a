// Positions of the words in a cloud: the largest in the middle, each next one as near to
// it as possible, without overlap and within the edges. Pure.

/** @typedef {{w: number, h: number}} Box @typedef {{x: number, y: number}} Place */

/** Steps of the spiral out from the middle. */
const STEPS = 1500;

/** Pixels between two words, as a share of their height. */
const GAP = 0.12;

/**
 * Places boxes in an area. A box that had a place keeps it if possible, so that
 * a cloud is calm. A box without room gets no place.
 * @param {(Box & {was?: Place})[]} boxes the most important first @param {Box} area
 * @param {(Box & Place)[]} [blocked] boxes already there, by their middle @returns {(Place|null)[]} the middle of each
 */
export function layOut(boxes, area, blocked = []) {
  const taken = [...blocked];
  const fits = (/** @type {Box} */ { w, h }, /** @type {number} */ x, /** @type {number} */ y) => {
    if (x - w / 2 < 0 || y - h / 2 < 0 || x + w / 2 > area.w || y + h / 2 > area.h) return false;
    const gap = h * GAP;
    return taken.every((t) => Math.abs(t.x - x) * 2 >= t.w + w + gap || Math.abs(t.y - y) * 2 >= t.h + h + gap / 2);
  };
  return boxes.map((box) => {
    const place = box.was && fits(box, box.was.x, box.was.y) ? box.was : nearest(box, area, fits);
    if (place) taken.push({ ...place, w: box.w, h: box.h });
    return place;
  });
}

/** The first free place on a spiral, as wide as the area. @param {Box} box @param {Box} area
 * @param {(box: Box, x: number, y: number) => boolean} fits @returns {Place|null} */
function nearest(box, area, fits) {
  for (let i = 0; i < STEPS; i++) {
    const turn = Math.sqrt(i) * 1.9, far = Math.sqrt(i / STEPS) * 0.75;
    const x = area.w / 2 + Math.cos(turn) * far * area.w, y = area.h / 2 + Math.sin(turn) * far * area.h;
    if (fits(box, x, y)) return { x, y };
  }
  return null;
}

/** The size of words, 0 to 1, by how many people wrote them: the area is proportional. @param {number} people @param {number} most of any word @param {number} least */
export const weightOf = (people, most, least) => (most === least ? 0.6 : Math.sqrt((people - least) / (most - least)));
