package cli

import (
	"cmp"
	"context"
	"errors"
	"time"

	"danmaku/config"
	"danmaku/live"
	"danmaku/moderation"
	"danmaku/moderation/rules"
	"danmaku/obs"
	"danmaku/ratelimit"
	"danmaku/room"
	"danmaku/server"
)

// This file adapts independent packages to the interfaces that package live declares.

// obsTimeout bounds everything that the console asks of OBS.
const obsTimeout = 15 * time.Second

// sourceName is the default name of our source in OBS.
const sourceName = "danmaku"

var _ live.Limiter = (*ratelimit.Policy)(nil)

func newLimiter(cfg config.Config, clock func() time.Time) *ratelimit.Policy {
	return ratelimit.NewPolicy(ratelimit.Rates{
		User: cfg.UserRate, UserBurst: cfg.UserBurst, Address: cfg.AddressRate, Room: cfg.RoomRate, Sender: cfg.SenderRate,
	}, clock)
}

// obsClient is server.Studio over obs-websocket.
type obsClient struct {
	url      string
	password string // used if the request has none
}

var _ server.OBS = obsClient{}

// AddOverlay implements server.Studio.
func (s obsClient) AddOverlay(ctx context.Context, o server.OBSRequest) (server.OBSReport, error) {
	ctx, cancel := context.WithTimeout(ctx, obsTimeout)
	defer cancel()
	password := cmp.Or(o.Password, s.password)
	client, err := obs.Dial(ctx, s.url, func() (string, error) { return password, nil })
	var placed obs.Placed
	if err == nil {
		defer client.Close()
		source := obs.Source{Name: sourceName, URL: o.URL}
		if o.Look {
			source.Look = &obs.Look{CSS: o.CSS}
		}
		placed, err = client.Place(source)
	}
	r := server.OBSReport{
		At: hostOf(s.url), Version: placed.Version, Width: placed.Width, Height: placed.Height, FPS: placed.FPS,
	}
	for target, outcome := range map[error]server.OBSOutcome{
		obs.ErrUnreachable: server.OBSUnreachable, obs.ErrWrongPassword: server.OBSPassword,
		obs.ErrNoBrowser: server.OBSNoBrowser, obs.ErrNameTaken: server.OBSRefused,
	} {
		if errors.Is(err, target) {
			r.Outcome = outcome
			return r, nil
		}
	}
	r.Outcome = server.OBSRefreshed
	if placed.Made {
		r.Outcome = server.OBSAdded
	}
	return r, err
}

// filter is live.Filter over the chain of checks.
type filter struct{ *moderation.Chain }

var _ live.Filter = filter{}

func newFilter() filter { return filter{moderation.New(moderation.Options{})} }

// SetRules implements live.Filter.
func (f filter) SetRules(lists []room.RuleList) error {
	converted := make([]rules.List, len(lists))
	for i, l := range lists {
		converted[i] = ruleList(l)
	}
	return f.SetLists(converted)
}

// Shipped implements live.Filter.
func (f filter) Shipped() room.RuleList {
	l := rules.Starter()
	return room.RuleList{Name: l.Name, Text: l.Text, On: l.On}
}

// Preview implements live.Filter.
func (f filter) Preview(edited room.RuleList, others []room.RuleList, shown []string) (listed []room.RuleFault, total int) {
	beside := make([]rules.List, len(others))
	for i, l := range others {
		beside[i] = ruleList(l)
	}
	found, total := rules.Preview(ruleList(edited), beside, shown, time.Now())
	for _, fault := range found {
		listed = append(listed, room.RuleFault{
			Line: fault.Line, Entry: fault.Entry, Code: string(fault.Code), Word: fault.Word, N: fault.N, Of: fault.Of,
			Message: fault.Message(), Warning: fault.Warning(), Over: fault.OverBound(),
		})
	}
	return listed, total
}

func ruleList(l room.RuleList) rules.List {
	return rules.List{Room: l.Room, Name: l.Name, Text: l.Text, On: l.On}
}
