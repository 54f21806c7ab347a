// What lies over the stage: cards, polls, the ticker, the room's code. Comments that fly
// pass behind them; those that stand keep clear of them.

/** @typedef {{top: number, bottom: number, left: number, right: number}} Rect px */

/**
 * Where nodes stand once they have come to rest: an animation moves none of these. Offsets
 * count from the nearest ancestor that is positioned, as the picture's edge for fixed ones.
 * @param {Iterable<HTMLElement>} nodes @param {{left: number, top: number}} from the stage's corner @returns {Rect[]}
 */
export function placesOf(nodes, from) {
  return [...nodes].filter((node) => node.isConnected && node.offsetHeight > 0).map((node) => {
    let left = -from.left, top = -from.top;
    for (let at = /** @type {HTMLElement|null} */ (node); at; at = /** @type {HTMLElement|null} */ (at.offsetParent)) {
      left += at.offsetLeft;
      top += at.offsetTop;
    }
    return { top, left, bottom: top + node.offsetHeight, right: left + node.offsetWidth };
  });
}
