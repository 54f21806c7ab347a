// The items over the stage: cards, polls, the ticker, the room's code. Flying comments
// pass behind them; standing comments stay clear of them.

/** @typedef {{top: number, bottom: number, left: number, right: number}} Rect px */

/**
 * The places of nodes at rest: animations do not change the offsets, which
 * count from the nearest positioned ancestor, or the picture's edge for fixed nodes.
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
