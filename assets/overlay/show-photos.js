// The newest photo of a wall in the corner of the overlay.

import { line, write } from './show-node.js';
import { captionOf, pictureOf } from './wall.js';

/** @type {import('./show.js').Make} */
export function make() {
  const node = line('div', 'dm-photo');
  let shown = '';
  return {
    node,
    draw({ result }) {
      const photo = result?.newest?.[0];
      const path = photo?.path ?? '';
      if (path === shown) return;
      shown = path;
      node.hidden = path === '';
      if (!path) return node.replaceChildren();
      const caption = line('bdi', 'dm-photo-caption');
      caption.hidden = captionOf(photo) === '';
      write(caption, captionOf(photo));
      node.replaceChildren(pictureOf(path, () => { if (shown === path) node.hidden = true; }), caption);
    },
  };
}
