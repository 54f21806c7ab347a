// Command benchoverlay compares the cost of the overlay's engine with that of alternative
// libraries: the processor time of the whole browser for each displayed frame, with the same
// comments, font and crossing time, interleaved in one run on one machine. It is a tool of
// this repository (`make bench-overlay`) and not part of the product.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"

	"danmaku/tools/about"
)

// engine is one engine under test and, for a library, its files under node_modules.
type engine struct {
	name    string
	version string // of the npm package
	scripts []string
	styles  []string
}

// ours reports whether it is one of our own pages.
func (e engine) ours() bool { return e.version == "" }

// pkg returns the npm package of an engine.
func (e engine) pkg() string {
	for _, suffix := range []string{"-dom", "-canvas"} {
		if name, ok := strings.CutSuffix(e.name, suffix); ok {
			return name
		}
	}
	return e.name
}

var engines = []engine{
	{name: "ours"},
	{name: "ours-applause"}, // with 50 reactions a second, or these alone at a load of 0
	{name: "ours-box"},      // the chat box, with the same comments
	{name: "before"},        // our overlay from the folder of -before
	{name: "before-applause"},
	{name: "danmaku-dom", version: "2.0.10", scripts: []string{"danmaku/dist/danmaku.min.js"}},
	{name: "danmaku-canvas", version: "2.0.10", scripts: []string{"danmaku/dist/danmaku.min.js"}},
	{name: "danmu.js", version: "1.2.1", scripts: []string{"danmu.js/dist/index.js"}},
	{name: "danmu", version: "0.20.0", scripts: []string{"danmu/dist/danmu.umd.js"}},
	{
		name: "comment-core-library", version: "0.11.1",
		scripts: []string{"comment-core-library/dist/CommentCoreLibrary.min.js"},
		styles:  []string{"comment-core-library/dist/css/style.min.css"},
	},
}

// settings are the parameters of the command line.
type settings struct {
	loads   []int         // comments in one crossing; 0 is an idle page
	engines []engine      // those to run
	rounds  int           // of each engine and load; the median counts
	warm    time.Duration // before measuring
	window  time.Duration // measured
	modules string        // folder of node_modules, installed when empty
	before  string        // folder of another checkout, whose overlay is measured alternately with ours
	soak    time.Duration // if not 0: ours alone, this long, instead of the comparison
	rate    float64       // comments a second of the soak
	query   string        // options of the soak
	show    time.Duration // if not 0: a whole show this long, with server and phones
	votes   int           // of each of its polls
	program string        // the danmaku of the show
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, out, errs io.Writer) int {
	s, err := parse(args, errs)
	if err != nil {
		return 2
	}
	work := bench
	switch {
	case s.soak > 0:
		work = soak
	case s.show > 0:
		work = soakShow
	}
	fmt.Fprintf(out, "%s\n\n", about.Line(ctx, "benchoverlay", args))
	if err := work(ctx, s, out, errs); err != nil {
		fmt.Fprintln(errs, "benchoverlay:", err)
		return 1
	}
	return 0
}

func parse(args []string, errs io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("benchoverlay", flag.ContinueOnError)
	flags.SetOutput(errs)
	loads := flags.String("loads", "0,50,200", "comments in one crossing of 8 s; 0 is an idle page")
	names := flags.String("engines", "", "those to run, by name; all when empty")
	flags.IntVar(&s.rounds, "rounds", 3, "times that each is run; the median counts")
	flags.DurationVar(&s.warm, "warm", 10*time.Second, "time before measuring")
	flags.DurationVar(&s.window, "window", 15*time.Second, "time that is measured")
	flags.StringVar(&s.before, "before", "", "folder of another checkout: the engines before and before-applause are its overlay")
	flags.StringVar(&s.modules, "modules", "", "folder with node_modules; installed into the user's cache when empty")
	flags.DurationVar(&s.soak, "soak", 0, "run ours alone this long instead, and look for drops, overlap and growth")
	flags.Float64Var(&s.rate, "rate", 12, "comments a second of the soak")
	flags.StringVar(&s.query, "query", "size=28&duration=8", "options of the overlay in the soak")
	flags.DurationVar(&s.show, "show", 0, "run a whole show this long instead (server, phones, overlay, chat box, second screen), and look for overlap, growth and miscounted votes")
	flags.IntVar(&s.votes, "votes", 2000, "votes of each poll of the show")
	flags.StringVar(&s.program, "program", "", "the danmaku of the show; built from this folder when empty")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if s.show > 0 && (s.show < 30*time.Second || s.votes < 1) {
		fmt.Fprintln(errs, "-show: 30s or more; -votes: 1 or more")
		return s, flag.ErrHelp
	}
	if s.soak > 0 || s.show > 0 {
		return s, nil
	}
	for word := range strings.SplitSeq(*loads, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 {
			fmt.Fprintf(errs, "-loads: %q is not a number of comments\n", word)
			return s, flag.ErrHelp
		}
		s.loads = append(s.loads, n)
	}
	wanted := strings.FieldsFunc(*names, func(r rune) bool { return r == ',' })
	for _, e := range engines {
		if s.before == "" && strings.HasPrefix(e.name, "before") {
			continue
		}
		if len(wanted) == 0 || slices.Contains(wanted, e.name) {
			s.engines = append(s.engines, e)
		}
	}
	if len(s.engines) == 0 || s.rounds < 1 {
		fmt.Fprintln(errs, "nothing to run")
		return s, flag.ErrHelp
	}
	return s, nil
}

// bench runs every engine at every load, interleaved, so that a machine that gets warm or busy
// affects all of them, and prints the table.
func bench(ctx context.Context, s settings, out, errs io.Writer) error {
	site, err := serve(ctx, s, errs)
	if err != nil {
		return err
	}
	defer site.Close()
	for _, load := range s.loads {
		results := map[string][]result{}
		for round := range s.rounds {
			for _, e := range s.engines {
				if load == 0 && !e.ours() {
					continue
				}
				r, err := measure(ctx, site.URL, e, load, s)
				if err != nil {
					return fmt.Errorf("%s at %d: %w", e.name, load, err)
				}
				fmt.Fprintf(errs, "round %d %-22s %s\n", round+1, e.name, r)
				results[e.name] = append(results[e.name], r)
			}
		}
		table(out, load, s.engines, results)
	}
	return nil
}

// table prints the medians of one load as Markdown.
func table(out io.Writer, load int, list []engine, results map[string][]result) {
	fmt.Fprintf(out, "\n### %d in one crossing\n\n", load)
	fmt.Fprintln(out, "| engine | shown | % of a core | frames a second | core ms a frame | p95 ms | over 33 ms |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|---|")
	for _, e := range list {
		runs := results[e.name]
		if len(runs) == 0 {
			continue
		}
		name := e.name
		if e.version != "" {
			name += " " + e.version
		}
		median := func(of func(result) float64) float64 {
			values := make([]float64, len(runs))
			for i, r := range runs {
				values[i] = of(r)
			}
			slices.SortFunc(values, cmp.Compare)
			return values[len(values)/2]
		}
		fmt.Fprintf(out, "| %s | %.0f | %.0f | %.1f | %.2f | %.1f | %.0f |\n", name,
			median(func(r result) float64 { return r.shown }), median(result.percent), median(result.rate),
			median(result.perFrame), median(result.p95), median(result.long))
	}
}
