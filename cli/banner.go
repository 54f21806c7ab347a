package cli

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/term"
	"rsc.io/qr"
)

// bannerPaths are the three entry URLs, as path and query.
type bannerPaths struct {
	Overlay  string // with its key
	Audience string
	Console  string // with its one-time code
}

// printBanner prints, in the words w, how to reach the server that listens on the address or,
// if set, under the public URL. lan is the result of lanAddresses. The URLs of the overlay and
// the console are for this machine, where OBS and the owner's browser run (a page from
// 127.0.0.1 may use the clipboard, one from another plain http address may not); the audience
// is on other machines.
func printBanner(out io.Writer, w terminalWords, listening netip.AddrPort, public *url.URL, lan []netip.Addr, paths bannerPaths) error {
	here, there := bases(listening, public, lan)
	audience := here + paths.Audience
	if len(there) > 0 {
		audience = there[0] + paths.Audience
	}
	var b strings.Builder
	line := func(label, format string, args ...any) { fmt.Fprintf(&b, label+format+"\n", args...) }
	line(w.overlay, "%s", here+paths.Overlay)
	line(w.under(), "%s\n", w.add)
	line(w.audience, "%s", audience)
	for _, other := range there[min(1, len(there)):] {
		line(w.under(), w.or, other+paths.Audience)
	}
	switch {
	case len(there) > 0:
	case listening.Addr().Unmap().IsLoopback():
		line(w.under(), w.alone, strconv.Itoa(int(listening.Port())))
	default:
		line(w.under(), "%s", w.nowhere)
	}
	b.WriteByte('\n')
	if err := drawQR(&b, audience, out, w); err != nil {
		return err
	}
	b.WriteByte('\n')
	line(w.console, "%s", here+paths.Console)
	line(w.under(), "%s", w.once)
	if len(there) > 0 && there[0] != here {
		line(w.under(), w.elsewhere, hostOf(there[0]), hostOf(here))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// printSecure prints where https uses a self-signed certificate, and the page that prepares
// phones for the browser's warning.
func printSecure(out io.Writer, w terminalWords, port int, listening netip.AddrPort, lan []netip.Addr, paths bannerPaths, fingerprint string) error {
	here, there := bases(listening, nil, lan)
	if len(there) > 0 {
		here = there[0]
	}
	host, _, err := net.SplitHostPort(hostOf(here))
	if err != nil {
		return err
	}
	half := len(fingerprint)/2 + 1 // after a colon, so that it fits a terminal
	_, err = fmt.Fprintf(out, "\n%shttps://%s%s\n%s"+w.warns+"\n%sSHA-256 %s\n%s        %s\n",
		w.secure, net.JoinHostPort(host, strconv.Itoa(port)), paths.Audience,
		w.under(), here+"/secure"+strings.TrimPrefix(paths.Audience, "/r"), w.under(), fingerprint[:half], w.under(), fingerprint[half:])
	return err
}

// printAbout prints the version, the data folder and how to stop the program.
func printAbout(out io.Writer, w terminalWords, version, data string, clicked bool) error {
	if whole, err := filepath.Abs(data); err == nil {
		data = whole
	}
	stop := w.stop
	if clicked {
		stop = w.stopWindow
	}
	_, err := fmt.Fprintf(out, "\ndanmaku %s · "+w.data+"\n%s\n", version, data, stop)
	return err
}

// maxBases bounds the audience addresses listed, so that a machine with many
// networks does not push the code off the screen.
const maxBases = 4

// bases returns the URL of the server for this machine, and the URLs for other machines, best
// first: none if no other machine can reach it.
func bases(listening netip.AddrPort, public *url.URL, lan []netip.Addr) (here string, there []string) {
	if public != nil {
		return public.String(), []string{public.String()}
	}
	base := func(a netip.Addr) string {
		return "http://" + net.JoinHostPort(a.String(), strconv.Itoa(int(listening.Port())))
	}
	addr := listening.Addr().Unmap()
	switch {
	case addr.IsLoopback():
		return base(addr), nil
	case addr.IsValid() && !addr.IsUnspecified():
		return base(addr), []string{base(addr)}
	}
	here = base(netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	for _, a := range lan {
		if len(there) < maxBases && (a.Is4() || !addr.Is4()) {
			there = append(there, base(a))
		}
	}
	return here, there
}

func hostOf(base string) string {
	_, host, _ := strings.Cut(base, "://")
	return host
}

// quietZone is the light border around a code, in modules (ISO/IEC 18004).
const quietZone = 4

// drawQR writes the QR code of text to b in the form that suits out.
func drawQR(b *strings.Builder, text string, out io.Writer, w terminalWords) error {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return fmt.Errorf("draw the audience's QR code: %w", err)
	}
	terminal := isTerminal(out)
	if f, ok := out.(*os.File); ok && terminal {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width < code.Size+2*quietZone {
			b.WriteString(w.under() + w.narrow + "\n")
			return nil
		}
	}
	// Without colours assume a dark background, which old Windows consoles have, and
	// everything that is not a terminal.
	halfBlocks(b, code, terminal && takesColours(out))
	return nil
}

// halfBlocks draws two rows of modules in each line. With colours it sets black on white
// itself, so that the terminal's background does not matter; without, it draws the light
// modules, which is right on a dark background.
func halfBlocks(b *strings.Builder, code *qr.Code, colours bool) {
	//                  none  upper lower both
	glyphs := [4]string{" ", "▀", "▄", "█"}
	for y := -quietZone; y < code.Size+quietZone; y += 2 {
		if colours {
			b.WriteString("\x1b[38;5;16;48;5;231m") // black and white of the fixed palette, not the theme's
		}
		for x := -quietZone; x < code.Size+quietZone; x++ {
			ink := 0
			if code.Black(x, y) == colours {
				ink = 1
			}
			if code.Black(x, y+1) == colours {
				ink |= 2
			}
			b.WriteString(glyphs[ink])
		}
		if colours {
			b.WriteString("\x1b[0m")
		}
		b.WriteByte('\n')
	}
}
