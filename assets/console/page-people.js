export function open(host) { const h = document.createElement('h2'); h.textContent='x'; host.append(h); return () => {}; }
