package export

// doctype skips the declaration of a document's type. It may contain declarations in brackets
// and texts in quotes, whose < and > end nothing. What it declares is not used: comments need
// no entities of their own, and those of others can be nested until they fill the memory.
func (p *xmlReader) doctype(at place) error {
	p.in.skip(len("<!DOCTYPE"))
	within := false // the brackets
	for {
		for len(p.in.upTo(`"'[]<>`)) > 0 {
		}
		next := p.in.peek(len("<!--"))
		if len(next) == 0 {
			return p.leaveOff(at)
		}
		switch b := next[0]; {
		case within && (string(next) == "<!--" || len(next) > 1 && b == '<' && next[1] == '?'):
			if err := p.markup(at); err != nil {
				return err
			}
			continue
		case b == '"' || b == '\'':
			p.in.skip(1)
			for len(p.in.upTo(string(b))) > 0 {
			}
		case b == '[':
			within = true
		case b == ']':
			within = false
		case b == '>' && !within:
			p.in.skip(1)
			return nil
		case b == '<' && !within:
			return nil // its end is missing
		}
		p.in.skip(1)
	}
}
