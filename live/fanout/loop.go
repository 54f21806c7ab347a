package fanout

import (
	"time"
)

// linger is how long a broadcaster's goroutine stays when there is nothing to send.
const linger = time.Second

// Start lets a broadcaster send. It has a goroutine only while something waits, and for
// linger after that, so an idle room costs neither a goroutine nor a timer.
func (f *Broadcaster) Start() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.started = true
	f.wakeUp()
}

// Stop ends the broadcaster, and waits until no frame is being sent. It sends nothing
// afterwards.
func (f *Broadcaster) Stop() {
	f.mu.Lock()
	if f.started {
		f.started = false
		close(f.stop)
	}
	running := f.running
	f.mu.Unlock()
	if running != nil {
		<-running
	}
}

// wakeUp wakes the goroutine, and starts one if there is none. The caller holds mu.
func (f *Broadcaster) wakeUp() {
	if f.running == nil {
		if f.started {
			running := make(chan struct{})
			f.running = running
			go func() {
				defer close(running)
				f.run()
			}()
		}
		return
	}
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// run sends until there is nothing to send.
func (f *Broadcaster) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	for f.idle(timer) {
		for {
			select {
			case <-f.taken:
				f.taken = nil
			default:
			}
			wait, urgent := f.wait(f.options.Elapsed(), f.last, f.hastened, f.taken != nil)
			if wait <= 0 {
				f.last = f.options.Elapsed()
				if urgent {
					f.hastened = f.last
				}
				break
			}
			timer.Reset(wait)
			select {
			case <-f.stop:
				return
			case <-timer.C:
			case <-f.taken: // the buffer may be full, or its tick over
			case <-f.wake:
			}
		}
		f.taken = f.flush()
	}
}

// idle waits until there is something to send. It returns false when the goroutine may end.
func (f *Broadcaster) idle(timer *time.Timer) bool {
	for over := false; ; {
		due, ready := f.drain(f.options.Elapsed())
		select {
		case <-f.stop:
			return false
		default:
		}
		switch {
		case ready:
			return true
		case due > 0:
			timer.Reset(due)
		case over:
			if f.ends() {
				return false
			}
			continue
		default:
			timer.Reset(linger)
		}
		over = false
		select {
		case <-f.stop:
			return false
		case <-f.wake:
		case <-timer.C:
			over = due <= 0
		}
	}
}

// ends unregisters the goroutine, unless something has arrived meanwhile.
func (f *Broadcaster) ends() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.pending) > 0 || len(f.delayBuffer.queue) > 0 {
		return false
	}
	f.running = nil
	return true
}
