// What this phone itself remembers of a room goes, too, once everything that was
// written there is deleted: the half-written text, and what was not sent yet
// (audience/memory.js keeps both). The name and the style are of all rooms, and stay.

const room = location.pathname.split('/')[2] ?? '';
try {
  for (const kept of ['outbox', 'text']) sessionStorage.removeItem(`danmaku-${kept}-${room}`);
} catch { /* storage is blocked: nothing is kept */ }

export {};
