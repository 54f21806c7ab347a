package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
	"danmaku/store"
)

// recorder is a publisher in memory that stores every batch, and answers as the test says.
type recorder struct {
	mu      sync.Mutex
	batches []store.Batch
	answer  func(prev uint64) error // before it is stored
	lose    error                   // after it is stored
}

func (r *recorder) Publish(prev uint64, payload []byte) (uint64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answer != nil {
		if err := r.answer(prev); err != nil {
			return 0, err
		}
	}
	if n := len(r.batches); n > 0 && r.batches[n-1].Pos != prev {
		return 0, room.ErrMoved
	}
	b := store.Batch{Pos: prev + 1, Prev: prev, Payload: slices.Clone(payload)}
	r.batches = append(r.batches, b)
	return b.Pos, r.lose
}

// dump writes out all data of a database, without its own row numbers, and without the
// counters of changes, since one transaction of a reader can contain several of a writer.
func dump(t *testing.T, s *store.Store) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	queries := map[string]string{
		"chats":      "SELECT c.id, r.name, c.kind, c.target, hex(c.sealed), c.switches, c.made FROM chats c JOIN rooms r ON r.id = c.room ORDER BY 1",
		"webhooks":   "SELECT w.id, r.name, w.label, hex(w.sealed), w.switches, w.made, w.position FROM webhooks w JOIN rooms r ON r.id = w.room ORDER BY 1",
		"rooms":      "SELECT name, epoch, seq, cleared, settings, pinned FROM rooms ORDER BY name",
		"users":      "SELECT r.name, u.name, COALESCE(s.link, 0) FROM users u JOIN rooms r ON r.id = u.room LEFT JOIN senders s ON s.user = u.id ORDER BY 1, 2",
		"comments":   "SELECT r.name, u.name, c.id, c.seq, c.at, c.status, c.text, c.original, c.name, c.mode, c.color, c.size, c.badge, c.source, c.item, c.photo, c.rule, c.word, c.detail, c.spans, c.address, c.ref, c.actor, c.paid, c.emotes, c.chat FROM comments c JOIN rooms r ON r.id = c.room JOIN users u ON u.id = c.user ORDER BY c.id",
		"events":     "SELECT r.name, e.seq, e.at, e.kind, e.comment, e.actor, e.data FROM events e JOIN rooms r ON r.id = e.room ORDER BY 1, 2",
		"bans":       "SELECT b.id, r.name, b.kind, b.user, b.address, b.until, b.show_end, b.reason, b.actor, b.at, b.lifted FROM bans b JOIN rooms r ON r.id = b.room ORDER BY 1",
		"notes":      "SELECT n.id, r.name, n.user, n.text, n.warn, n.ready, n.read, n.actor, n.at, n.gone, n.changed FROM notes n JOIN rooms r ON r.id = n.room ORDER BY 1",
		"links":      "SELECT l.id, r.name, l.role, l.label, hex(l.hash), l.made, l.used, l.revoked, l.press FROM links l LEFT JOIN rooms r ON r.id = l.room ORDER BY 1",
		"rule_lists": "SELECT r.name, l.name, l.text, l.active, l.changed, l.revision FROM rule_lists l LEFT JOIN rooms r ON r.id = l.room ORDER BY 1, 2",
		"acts":       "SELECT a.id, r.name, a.at, a.actor, a.link, a.role, a.kind, a.about, a.user, a.detail, a.changed, a.before, a.after, a.kept, a.undone FROM acts a LEFT JOIN rooms r ON r.id = a.room ORDER BY 1",
		"styles":     "SELECT r.name, s.name, s.options, s.css, s.changed FROM styles s JOIN rooms r ON r.id = s.room ORDER BY 1, 2",
		"photos":     "SELECT r.name, p.comment, p.path, hex(p.picture) FROM photos p JOIN rooms r ON r.id = p.room ORDER BY p.comment",
		"emotes":     "SELECT r.name, e.hash, e.type, hex(e.picture) FROM emotes e JOIN rooms r ON r.id = e.room ORDER BY r.name, e.id",
		"pictures":   "SELECT r.name, p.hash, hex(p.jpeg) FROM pictures p JOIN rooms r ON r.id = p.room ORDER BY r.name, p.id",
		"wifi":       "SELECT r.name, hex(w.sealed) FROM wifi w JOIN rooms r ON r.id = w.room ORDER BY 1",
		"moments":    "SELECT r.name, m.at, m.kind FROM moments m JOIN rooms r ON r.id = m.room ORDER BY 1, 2, 3",
		"items":      "SELECT r.name, i.id, i.kind, i.state, i.rank, i.spec, i.result, i.created, i.started, i.ends, i.stopped, i.starts FROM items i JOIN rooms r ON r.id = i.room ORDER BY 1, 2",
		"entries":    "SELECT r.name, e.item, e.person, e.choice, e.n, e.via, e.at FROM entries e JOIN rooms r ON r.id = e.room ORDER BY 1, 2, 3, 4",
		"reactions":  "SELECT r.name, x.minute, x.emoji, x.n FROM reactions x JOIN rooms r ON r.id = x.room ORDER BY 1, 2, 3",
		"meta":       "SELECT key, value FROM meta WHERE key NOT LIKE 'changes%' ORDER BY key",
		"questions":  "SELECT r.name, q.id, q.item, q.answered, q.hidden, q.merged FROM questions q JOIN rooms r ON r.id = q.room ORDER BY 1, 2",
		"erased":     "SELECT r.name, e.key, e.id, e.at FROM erased e JOIN rooms r ON r.id = e.room ORDER BY 1, 2",
		"senders":    "SELECT 0 WHERE FALSE", // see users
	}
	tables, err := s.Readers().QueryContext(t.Context(), "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
	if err != nil {
		t.Fatal(err)
	}
	for tables.Next() {
		var name string
		if err := tables.Scan(&name); err != nil {
			t.Fatal(err)
		}
		if queries[name] == "" {
			t.Errorf("the table %s is not compared", name)
		}
	}
	if err := errors.Join(tables.Err(), tables.Close()); err != nil {
		t.Fatal(err)
	}
	for table, query := range queries {
		rows, err := s.Readers().QueryContext(t.Context(), query)
		if err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			var line []string
			for i, v := range values {
				line = append(line, fmt.Sprintf("%s=%v", columns[i], *v.(*any)))
			}
			out[table] = append(out[table], strings.Join(line, " "))
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// chance makes random commands of every kind on a store, in the order of a clock.
type chance struct {
	*rand.Rand
	s    *store.Store
	now  time.Time
	ids  []comment.ID
	asks []comment.ID // of questions
	made map[string]int
}

func (c *chance) pick(list ...string) string { return list[c.IntN(len(list))] }

func (c *chance) act(kind room.Action) *room.AuditEntry {
	if c.IntN(4) == 0 {
		return nil
	}
	return &room.AuditEntry{At: c.now, By: "boss", Link: 1, Role: room.Owner, Kind: kind, User: "ann", Detail: c.pick("", "why", "日本")}
}

func (c *chance) id() comment.ID {
	if len(c.ids) == 0 {
		return comment.NewID(c.now, 7)
	}
	return c.ids[c.IntN(len(c.ids))]
}

// ask returns a question, if there is one.
func (c *chance) ask() string {
	if len(c.asks) == 0 {
		return c.id().String()
	}
	return c.asks[c.IntN(len(c.asks))].String()
}

func (c *chance) event(kind room.Kind) room.Event {
	e := room.Event{Room: c.pick("live", "other"), At: c.now, Kind: kind, By: "boss"}
	switch kind {
	case room.KindComment, room.KindHeld, room.KindRefused:
		e.By = ""
		e.Comment = comment.Comment{
			ID: comment.NewID(c.now, c.Uint32()), At: c.now, Text: c.pick("hi", "<b>", "前方高能"), Name: c.pick("", "moss"), User: c.pick("ann", "bob", "cat"),
			Mode: comment.Mode(c.pick("", "top")), Color: c.pick("", "#ff0000"), Size: comment.Size(c.pick("", "big")), Source: comment.Source(c.pick("", "api")),
		}
		e.Entry = room.Entry{Ref: c.pick("", "r1", "r2", "r3"), Original: c.pick("", "raw"), Rule: c.pick("", "words"), Spans: []comment.Span{{From: 0, To: 1}}, Address: c.pick("", "home"), Link: int64(c.IntN(2) * 5)}
		if e.Comment.Item = c.pick("", "", "q"); e.Comment.Item != "" && e.Kind == room.KindComment {
			e.Room, c.asks = "live", append(c.asks, e.Comment.ID)
		}
		if c.IntN(3) == 0 {
			e.Entry.Chat = c.pick("c1", "c2")
			e.Comment.Paid = &comment.Paid{Micros: 5, Currency: "USD", Level: 1}
			e.Comment.Emotes = []comment.Emote{{From: 0, To: 2, Name: "wave"}}
		}
		if c.IntN(3) == 0 { // a decision about an existing comment, or not
			e.From, e.By, e.Comment, e.Entry = comment.Status(c.pick("held", "removed")), "boss", comment.Comment{ID: c.id()}, room.Entry{}
			e.Audit = c.act(room.ActionApprove)
		} else {
			c.ids = append(c.ids, e.Comment.ID)
		}
	case room.KindRemove:
		switch e.Audit = c.act(room.ActionRemove); c.IntN(3) {
		case 0:
			e.User = c.pick("ann", "bob")
		case 1:
			e.Chat = "c1"
		default:
			e.IDs = []comment.ID{c.id(), c.id(), c.id()}
		}
	case room.KindErase:
		e.User, e.Audit = c.pick("ann", "bob", "cat"), c.act(room.ActionErase)
	case room.KindRoom:
		setup := room.New(e.Room)
		setup.Title = c.pick("a", "b")
		e.Setup, e.Changed, e.Audit = &setup, []string{"title"}, c.act(room.ActionSettings)
	case room.KindPin:
		if e.Audit = c.act(room.ActionPin); c.IntN(2) == 0 {
			e.IDs = []comment.ID{c.id()}
		}
	case room.KindBan:
		e.Ban, e.Audit = &room.Ban{Kind: room.Mute, User: c.pick("ann", "bob"), Until: c.now.Add(time.Hour)}, c.act(room.ActionMute)
	case room.KindUnban:
		e.Ban, e.Audit = &room.Ban{ID: int64(1 + c.IntN(5))}, c.act(room.ActionUnban)
	case room.KindNote:
		e.Note, e.Audit = &room.Note{User: c.pick("ann", "bob"), Text: c.pick("kind", "<b>")}, c.act(room.ActionNote)
		if c.IntN(2) == 0 {
			e.Note.Warn = true
		} else if c.IntN(2) == 0 {
			e.Note.Warn, e.Note.Text, e.Note.Ready = true, "", room.WarnSpam
		} else if c.IntN(2) == 0 { // a deleted one, or not
			e.Note = &room.Note{ID: int64(1 + c.IntN(9))}
		}
	case room.KindNoteGone, room.KindNoteRead:
		e.Note, e.Audit = &room.Note{ID: int64(1 + c.IntN(9)), User: c.pick("", "ann", "bob")}, c.act(room.ActionNoteGone)
	}
	return e
}

// command makes a random command on an item, or one that creates an item.
func (c *chance) command() room.Event {
	cmd := show.Command{ID: c.pick("p", "d", "q", "w", "card"), Rank: c.IntN(9), Seed: bytes.Repeat([]byte{byte(c.IntN(256))}, show.SeedSize)}
	cmd.Op = []show.Op{show.Schedule, show.StartScheduled, show.Create, show.Create, show.Start, show.Start, show.Start, show.Order, show.Queue, show.Expire, show.Delete, show.Stop}[c.IntN(12)]
	if cmd.Op == show.Schedule && c.IntN(3) > 0 {
		cmd.Starts = c.now.Add(time.Duration(c.IntN(20)) * time.Minute)
	}
	if cmd.Kind = show.Poll; cmd.ID == "d" {
		cmd.Kind, cmd.Spec = show.Draw, json.RawMessage(`{"title":"<b>","winners":1,"button":true}`)
	} else if cmd.ID == "q" {
		cmd.Kind, cmd.Spec = show.Questions, json.RawMessage(`{"title":"?"}`)
	} else if cmd.ID == "w" {
		cmd.Kind, cmd.Spec = show.Photos, json.RawMessage(`{"title":"!","each":20}`)
	} else if cmd.ID == "card" {
		cmd.Kind, cmd.Spec = show.Card, fmt.Appendf(nil, `{"comment":%q,"text":"hi","seconds":3}`, c.id())
	} else {
		cmd.Spec = fmt.Appendf(nil, `{"question":"前","options":["a","b"],"changeable":%v,"seconds":%d}`, c.IntN(2) == 0, 5*c.IntN(2))
	}
	return room.Event{Room: c.pick("live", "live", "other"), At: c.now, Kind: room.KindItem, By: "boss", Command: &cmd, Audit: c.act(room.ActionItem)}
}

// step runs one command, which may be refused.
func (c *chance) step(ctx context.Context) error {
	c.now = c.now.Add(time.Duration(1+c.IntN(4000)) * time.Millisecond)
	kinds := []room.Kind{room.KindComment, room.KindComment, room.KindComment, room.KindHeld, room.KindRefused, room.KindRemove, room.KindClear, room.KindRoom, room.KindPin, room.KindBan, room.KindUnban, room.KindNote, room.KindNote, room.KindNoteGone, room.KindNoteRead}
	commands := map[string]func() error{
		"event": func() error { _, err := c.s.Append(ctx, c.event(kinds[c.IntN(len(kinds))])); return err },
		"events": func() error {
			first, second := c.event(kinds[c.IntN(len(kinds))]), c.event(kinds[c.IntN(len(kinds))])
			second.Room = first.Room
			if second.Setup != nil {
				second.Setup.ID = first.Room
			}
			_, err := c.s.AppendAll(ctx, []room.Event{first, second})
			return err
		},
		"room": func() error {
			_, err := c.s.AddRoom(ctx, room.New(c.pick("third", "fourth")), c.act(room.ActionRoom))
			return err
		},
		"link": func() error {
			l := room.AccessLink{Room: c.pick("", "live"), Role: room.Sender, Label: "x", Made: c.now, Hash: fmt.Append(nil, c.Uint64())}
			if l.Room == "" {
				l.Role = room.Owner
			}
			if c.IntN(2) == 0 {
				id, err := c.s.LinkID(ctx)
				if err != nil {
					return err
				}
				l.ID = id
			}
			_, err := c.s.AddLink(ctx, l, c.act(room.ActionLink))
			return err
		},
		"revoke":  func() error { return c.s.RevokeLink(ctx, int64(1+c.IntN(6)), c.now, c.act(room.ActionRevoke)) },
		"restore": func() error { return c.s.RestoreLink(ctx, int64(1+c.IntN(6)), c.act(room.ActionRestore)) },
		"touch":   func() error { return c.s.TouchLink(ctx, int64(1+c.IntN(6)), c.now) },
		"rules": func() error {
			l := room.RuleList{Room: c.pick("", "live"), Name: c.pick("a", "b"), Text: c.pick("x", "y\nz"), On: true, Changed: c.now}
			stands, err := c.s.RuleList(ctx, l.Room, l.Name)
			if err != nil && !errors.Is(err, room.ErrNotFound) {
				return err
			}
			change := room.RuleChange{Room: l.Room, Name: l.Name, Was: stands.Revision, Now: &l, Audit: c.act(room.ActionRules)}
			if change.Audit != nil {
				change.Audit.List = &room.ListEdit{Made: true, Now: []string{l.Text}}
			}
			if stands.Revision != 0 && c.IntN(3) == 0 {
				change.Now = nil
			}
			return c.s.ChangeRuleList(ctx, change)
		},
		"style": func() error {
			return c.s.PutStyle(ctx, room.Style{Room: "live", Name: c.pick("a", "b"), Options: map[string]string{"size": "2"}, CSS: "b{}", Changed: c.now})
		},
		"no style": func() error { return c.s.DeleteStyle(ctx, "live", c.pick("a", "b")) },
		"chat": func() error {
			chat := room.Chat{ID: c.pick("c1", "c2"), Room: c.pick("live", "other"), Kind: "twitch", Target: c.pick("a", "b"), Made: c.now, Sealed: []byte{byte(c.IntN(9))}}
			chat.HoldAll = c.IntN(2) == 0
			return c.s.PutChat(ctx, chat, c.act(room.ActionChat))
		},
		"no chat": func() error {
			return c.s.DeleteChat(ctx, c.pick("live", "other"), c.pick("c1", "c2"), c.act(room.ActionChatGone))
		},
		"webhook": func() error {
			w := room.Webhook{ID: c.pick("w1", "w2"), Room: c.pick("live", "other"), Label: c.pick("", "bot"), Events: []room.Kind{room.KindComment}, Made: c.now, Sealed: []byte{byte(c.IntN(9))}, Position: int64(c.IntN(9)), Local: c.IntN(2) == 0}
			return c.s.PutWebhook(ctx, w, c.act(room.ActionWebhook))
		},
		"passed": func() error { return c.s.PassWebhook(ctx, c.pick("w1", "w2"), int64(c.IntN(99))) },
		"no webhook": func() error {
			return c.s.DeleteWebhook(ctx, c.pick("live", "other"), c.pick("w1", "w2"), c.act(room.ActionWebhookGone))
		},
		"emote": func() error {
			return c.s.PutEmote(ctx, c.pick("live", "other"), fmt.Sprint(c.IntN(99)), "image/png", []byte{byte(c.IntN(9))})
		},
		"photo": func() error {
			e := c.event(room.KindHeld)
			e.Room, e.From, e.Audit, e.By = "live", "", nil, ""
			e.Comment = comment.Comment{ID: comment.NewID(c.now, c.Uint32()), At: c.now, Text: comment.PhotoText, User: c.pick("ann", "bob", "cat"), Item: "w"}
			e.Comment.Photo = &comment.Photo{Path: room.PhotoPath(e.Comment.ID.String()), Width: 4, Height: 3}
			e.Entry, e.Picture = room.Entry{Ref: c.pick("", "r1", "f1")}, []byte{byte(c.IntN(9))}
			c.ids = append(c.ids, e.Comment.ID)
			_, err := c.s.Append(ctx, e)
			return err
		},
		"picture": func() error {
			return c.s.PutPicture(ctx, "live", fmt.Sprint(c.IntN(20)), []byte{0xff, byte(c.IntN(9))})
		},
		"moment": func() error {
			kinds := []room.MomentKind{room.StreamStart, room.RecordStart, room.RecordPause, room.RecordResume}
			return c.s.AddMoment(ctx, room.Moment{Room: "live", At: c.now, Kind: kinds[c.IntN(len(kinds))]})
		},
		"item": func() error { _, err := c.s.Append(ctx, c.command()); return err },
		"entry": func() error {
			e := show.Entry{Item: c.pick("p", "d", "d", "q"), Person: c.pick("ann", "bob", "cat"), Choice: c.pick("", "", "0", "1", c.ask(), c.ask()), Via: c.pick("", "twitch"), Withdraw: c.IntN(4) == 0}
			_, err := c.s.Append(ctx, room.Event{Room: "live", At: c.now, Kind: room.KindEntry, Part: &e})
			return err
		},
		"reactions": func() error {
			minutes := []room.ReactionMinute{{At: c.now, Counts: map[string]int{"👏": 1 + c.IntN(9), c.pick("🎉", "❤️"): 1}}, {At: c.now.Add(-time.Minute), Counts: map[string]int{"👏": 2}}}
			return c.s.AddReactions(ctx, c.pick("live", "other", "nowhere"), minutes)
		},
		"question": func() error {
			ask, into := show.MarkCommand{Item: "q", ID: c.ask()}, c.pick("", c.ask(), c.ask())
			switch yes := c.IntN(2) == 0; c.IntN(3) {
			case 0:
				ask.Answered = &yes
			case 1:
				ask.Hidden = &yes
			default:
				ask.Into = &into
			}
			_, err := c.s.Append(ctx, room.Event{Room: "live", At: c.now, Kind: room.KindQuestion, By: "boss", Ask: &ask, Audit: c.act(room.ActionAnswered)})
			return err
		},
		"keep": func() error { return c.s.SetKeepDays(ctx, c.IntN(40), c.act(room.ActionKeep)) },
		"code": func() error {
			err := c.s.UseCode(ctx, c.pick("a", "b", "c"), c.now, c.now.Add(-time.Duration(c.IntN(20))*time.Minute))
			if errors.Is(err, room.ErrExpired) { // already used
				return nil
			}
			return err
		},
		"wifi": func() error {
			return c.s.SetWiFi(ctx, c.pick("live", "other", "nowhere"), []byte(c.pick("", "sealed", "anew")), c.act(room.ActionWiFi))
		},
		"erase": func() error { _, err := c.s.Append(ctx, c.event(room.KindErase)); return err },
		"act": func() error {
			return c.s.AddAuditEntry(ctx, room.AuditEntry{Room: "live", At: c.now, By: "boss", Kind: room.ActionReplay, Undoes: int64(c.IntN(9))})
		},
	}
	names := []string{"event", "event", "event", "event", "events", "room", "link", "revoke", "restore", "touch", "rules", "style", "no style", "chat", "no chat", "webhook", "passed", "no webhook", "picture", "photo", "photo", "photo", "photo", "emote", "emote", "emote", "emote", "moment", "act", "reactions", "item", "item", "item", "item", "item", "item", "entry", "entry", "entry", "entry", "entry", "entry", "entry", "entry", "question", "question", "question", "erase", "keep", "code", "wifi"}
	name := names[c.IntN(len(names))]
	err := commands[name]()
	if err == nil {
		c.made[name]++
	}
	for _, refused := range []error{
		room.ErrNotFound, room.ErrTaken, room.ErrChanged, room.ErrNotAllowed,
		show.ErrNotFound, show.ErrState, show.ErrInvalid, show.ErrChanged, show.ErrChoice, show.ErrVoted,
	} {
		if errors.Is(err, refused) {
			return nil
		}
	}
	if err != nil && strings.Contains(err.Error(), "malformed") {
		return nil
	}
	return err
}
