package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"danmaku/comment"
	"danmaku/room"
)

// chatComment makes a comment that a chat brings.
func chatComment(chat, user, ref string, source comment.Source) room.Event {
	ev := newComment("live", "hello "+ref)
	ev.Comment.User, ev.Comment.Source = user, source
	ev.Comment.Paid = &comment.Paid{Micros: 5_000_000, Currency: "USD", Level: 2}
	ev.Comment.Emotes = []comment.Emote{{From: 0, To: 5, Name: "wave", Picture: "/emotes/abc.png"}}
	ev.Entry.Chat, ev.Entry.Ref = chat, ref
	return ev
}

// Payments, pictures and the chat come back from history and from the log.
func TestCommentsOfChatsAreStored(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	said := mustAppend(t, s, chatComment("c1", "mika", "p.1", comment.FromTwitch))
	row, err := s.Comment(t.Context(), "live", said.Comment.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(said.Comment, row.Comment); diff != "" || row.Chat != "c1" {
		t.Errorf("history has chat %q (-said +read)\n%s", row.Chat, diff)
	}
	events, err := s.Since(t.Context(), "live", 0, 10)
	if err != nil || len(events) != 2 || events[1].Kind != room.KindItem { // a card is suggested for it
		t.Fatalf("%d events, %v", len(events), err)
	}
	if diff := cmp.Diff(said.Comment, events[0].Comment); diff != "" {
		t.Errorf("the log has (-said +read)\n%s", diff)
	}
}

// A message of a platform is stored once, whichever chat brings it and whatever author it
// names; a sender's equal ref is a different one.
func TestACommentOfAChatIsStoredOnce(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	first := mustAppend(t, s, chatComment("c1", "mika", "p.1", comment.FromTwitch))
	for name, ev := range map[string]room.Event{
		"the same chat": chatComment("c1", "mika", "p.1", comment.FromTwitch), "another chat": chatComment("c2", "mika", "p.1", comment.FromTwitch),
		"another name for the author": chatComment("c2", "mika by name", "p.1", comment.FromTwitch),
	} {
		receipt, err := s.Append(t.Context(), ev)
		if err != nil || !receipt.Again || receipt.Event.Comment.ID != first.Comment.ID {
			t.Errorf("%s: %+v, %v", name, receipt, err)
		}
	}
	sender := chatComment("", "mika's sender", "p.1", comment.FromTwitch)
	if receipt, err := s.Append(t.Context(), sender); err != nil || receipt.Again {
		t.Errorf("a sender's own ref: %+v, %v", receipt, err)
	}
	if id, err := s.Brought(t.Context(), "live", "p.1"); err != nil || id != first.Comment.ID {
		t.Errorf("found %v, %v", id, err)
	}
	if _, err := s.Brought(t.Context(), "live", "p.2"); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("a ref that nobody has: %v", err)
	}
}

// Clearing a chat removes what it brought from that source, and nothing else; the removed
// comments can be restored.
func TestRemovalOfAChatsComments(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	gone := mustAppend(t, s, chatComment("c1", "mika", "p.1", comment.FromTwitch))
	held := chatComment("c1", "noor", "p.2", comment.FromTwitch)
	held.Kind = room.KindHeld
	held = mustAppend(t, s, held)
	kept := []room.Event{mustAppend(t, s, chatComment("c1", "ana", "p.3", comment.FromYouTube)), mustAppend(t, s, chatComment("c2", "ana", "p.4", comment.FromTwitch)), mustAppend(t, s, newComment("live", "ours"))}
	clear := room.Event{Room: "live", At: gone.At, Kind: room.KindRemove, Chat: "c1", Comment: comment.Comment{Source: comment.FromTwitch}, By: "Twitch"}
	receipt, err := s.Append(t.Context(), clear)
	if err != nil || len(receipt.Event.IDs) != 2 {
		t.Fatalf("took down %v, %v", receipt.Event.IDs, err)
	}
	if receipt, err := s.Append(t.Context(), clear); err != nil || !receipt.Again {
		t.Errorf("twice: %+v, %v", receipt, err)
	}
	for _, ev := range kept {
		if row, err := s.Comment(t.Context(), "live", ev.Comment.ID); err != nil || row.Status != comment.Shown {
			t.Errorf("%s is %s, %v", ev.Comment.Text, row.Status, err)
		}
	}
	for _, back := range []room.Event{
		{Room: "live", At: gone.At, Kind: room.KindComment, From: comment.Removed, Comment: gone.Comment},
		{Room: "live", At: gone.At, Kind: room.KindHeld, From: comment.Removed, Comment: held.Comment},
	} {
		if receipt, err := s.Append(t.Context(), back); err != nil || receipt.Again {
			t.Errorf("put back: %+v, %v", receipt, err)
		}
		want := map[room.Kind]comment.Status{room.KindComment: comment.Shown, room.KindHeld: comment.Held}[back.Kind]
		if row, err := s.Comment(t.Context(), "live", back.Comment.ID); err != nil || row.Status != want {
			t.Errorf("put back as %s: it is %s, %v", want, row.Status, err)
		}
	}
}
