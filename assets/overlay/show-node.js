// Parts of show items: elements, and text that is written only when it changes.

/** @param {string} tag @param {string} name its class @param {...Node} children */
export function line(tag, name, ...children) {
  const node = document.createElement(tag);
  node.className = name;
  if (tag === 'bdi') node.dir = 'auto';
  node.append(...children);
  return node;
}

/** @param {HTMLElement} node @param {string} text */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = text === '';
}
