// This phone also forgets what it stored of a room once everything written there is deleted:
// the half-written text, and unsent comments (audience/memory.js stores both). The name and
// the style belong to all rooms, and stay.

const room = location.pathname.split('/')[2] ?? '';
try {
  for (const kept of ['outbox', 'text']) sessionStorage.removeItem(`danmaku-${kept}-${room}`);
} catch { /* storage is blocked: nothing is kept */ }

export {};
