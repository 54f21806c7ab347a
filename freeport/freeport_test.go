package freeport_test

import (
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"danmaku/freeport"
)

// The ports are free and consecutive, and neither this process nor another one gets one
// again.
func TestNext(t *testing.T) {
	const calls, inARow = 300, 3
	own := next(t, calls, inARow)
	for port := range own {
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			t.Fatalf("port %d is taken: %v", port, err)
		}
		l.Close()
	}
	cmd := exec.Command(os.Args[0], "-test.run=TestOtherProcess$")
	cmd.Env = os.Environ()
	for port := range own {
		cmd.Env = append(cmd.Env, "TAKEN_"+strconv.Itoa(port)+"=1")
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestOtherProcess is the other process of [TestNext], whose ports are in its environment.
func TestOtherProcess(t *testing.T) {
	for port := range next(t, 300, 3) {
		if os.Getenv("TAKEN_"+strconv.Itoa(port)) != "" {
			t.Errorf("port %d was given to two processes", port)
		}
	}
}

func next(t *testing.T, calls, inARow int) map[int]bool {
	t.Helper()
	given := map[int]bool{}
	for range calls {
		address, err := freeport.Next(inARow)
		if err != nil {
			t.Fatal(err)
		}
		_, text, err := net.SplitHostPort(address)
		if err != nil {
			t.Fatal(err)
		}
		port, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		for p := port; p < port+inARow; p++ {
			if given[p] {
				t.Fatalf("port %d was given twice", p)
			}
			given[p] = true
		}
	}
	return given
}
