package show

// Counted returns an item with its tally's counts, in the form for moderators. The tally
// may be nil.
func Counted(it Item, t *Tally) Item {
	if kind := kinds[it.Kind]; kind.count != nil && t != nil {
		it = kind.count(it, t)
	}
	return sealed(it)
}

// sealed omits what is secret until the item is over.
func sealed(it Item) Item {
	if kind := kinds[it.Kind]; kind.seal != nil {
		it = kind.seal(it)
	}
	return it
}

// Public returns an item in the form for everybody, and whether it is visible: only
// moderators see drafts and the queue. For an item that already has its counts, the tally
// is nil.
func Public(it Item, t *Tally) (Item, bool) {
	if it.State != Live && it.State != Ended {
		return Item{}, false
	}
	it = Counted(it, t)
	if kind := kinds[it.Kind]; kind.public != nil {
		it = kind.public(it)
	}
	return it, true
}

// ForPhones returns a public item without what phones do not draw.
func ForPhones(it Item) Item {
	if kind := kinds[it.Kind]; kind.phone != nil {
		it = kind.phone(it)
	}
	return it
}

// Brief returns an item without what is only needed when it is requested alone.
func Brief(it Item) Item {
	if kind := kinds[it.Kind]; kind.brief != nil {
		it = kind.brief(it)
	}
	return it
}

// Finish returns the command that stops an item with its tally's result.
func Finish(it Item, c Command, t *Tally) Command {
	kind := kinds[it.Kind]
	if kind.finish == nil {
		return c
	}
	if result := kind.finish(it, t); result != nil {
		c.Result = Item{}.with(result).Result
	}
	return c
}
