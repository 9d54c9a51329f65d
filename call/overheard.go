package call

import (
	"sync/atomic"

	"github.com/parley-voice/parley/media"
)

// overheard is somebody's sound while they talk with somebody else: nobody takes
// it until a tap is put on. A nil one is never listened to.
type overheard struct{ tap atomic.Pointer[tap] }

// Frame is called on the pacer thread.
func (o *overheard) Frame(f media.Frame) {
	if o == nil {
		return
	}
	if t := o.tap.Load(); t != nil {
		t.push(f)
	}
}
