package moderation

func (m *memory[V]) size() int { return len(m.young) + len(m.old) }

// Remembered counts what the checks on behaviour hold.
func Remembered(c *Chain) int {
	h := &c.habit
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.said.size() + h.last.size() + h.raids.size() + h.known.size() + h.tails.size()
}

// RememberedOfRaids counts the rooms and texts that are watched.
func RememberedOfRaids(c *Chain) int {
	h := &c.habit
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.crowds.rooms.size() + h.crowds.texts.size()
}
