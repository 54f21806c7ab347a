package show

func announcementKind() kindSpec {
	return kindSpec{
		slot: LowerThird, offered: true, again: true, check: checked(AnnouncementSpec.check),
		duration: seconds(func(s AnnouncementSpec) int { return s.Seconds }),
	}
}

// AnnouncementSpec is a sentence in front of the comments.
type AnnouncementSpec struct {
	Text    string `json:"text"`
	Seconds int    `json:"seconds"` // 0: until it is stopped
}

func (s AnnouncementSpec) check() (out AnnouncementSpec, err error) {
	if s.Text, err = line("text", s.Text, 200, false); err != nil {
		return s, err
	}
	return s, lasts("seconds", s.Seconds, 3, 3600)
}
