package cli

import (
	"testing"

	"danmaku/comment"
	"danmaku/connector"
)

// messageOf: the switches of the chat decide what stands out, and authors are identified by
// their platform's ids, not by their names.
func TestMessagesOfChats(t *testing.T) {
	m := connector.Message{
		ID: "m1", Origin: comment.FromTwitch, UserID: "70001", Login: "noor", Color: "#1E90FF", Text: "Kappa",
		Badge: connector.Member, Paid: &connector.Paid{Micros: 2_000_000, Currency: "USD", Level: 2}, Emotes: []connector.Emote{{From: 0, To: 5, Name: "Kappa", URL: "https://static-cdn.jtvnw.net/25"}},
	}
	picture := func(address string) string { return "/emotes/of " + address }
	plain := messageOf(connector.Settings{MinMicros: 2_000_001}, m, picture)
	if plain.Standing != comment.StandsMember {
		t.Errorf("a member has the standing %q", plain.Standing)
	}
	if plain.Paid != nil || len(plain.Emotes) != 1 || plain.Emotes[0].Picture != "" || plain.Name != "noor" || plain.Color != "#1e90ff" || plain.Author != "twitch:70001" {
		t.Errorf("below the least amount, without pictures: %+v", plain)
	}
	dressed := messageOf(connector.Settings{MinMicros: 2_000_000, Emotes: true}, m, picture)
	if dressed.Paid == nil || *dressed.Paid != (comment.Paid{Micros: 2_000_000, Currency: "USD", Level: 2}) || dressed.Emotes[0].Picture != "/emotes/of https://static-cdn.jtvnw.net/25" {
		t.Errorf("with both: %+v", dressed)
	}
	if plain.Ref == "" || plain.Ref != dressed.Ref {
		t.Errorf("refs %q and %q", plain.Ref, dressed.Ref)
	}
	m.UserID, m.Color = "", "no colour"
	if got := messageOf(connector.Settings{}, m, picture); got.Author != "twitch:name:noor" || got.Color != "" {
		t.Errorf("without an id: %+v", got)
	}
}
