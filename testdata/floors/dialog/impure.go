package dialog

import (
	_ "net/http"
	_ "os"
	"time"
)

var born = time.Now()

func start() { go func() {}() }
