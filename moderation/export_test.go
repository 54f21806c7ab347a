package moderation

// Remembered counts the entries in the memories of the behaviour checks.
func Remembered(c *Chain) int {
	h := &c.behavior
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.byText.Len() + h.last.Len() + h.linked.Len() + h.known.Len() + h.tails.Len()
}

// RememberedOfRaids counts the rooms and texts being watched.
func RememberedOfRaids(c *Chain) int {
	h := &c.behavior
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.waves.rooms.Len() + h.waves.texts.Len()
}

// Spent returns the processor time of this thread.
var Spent = spent
