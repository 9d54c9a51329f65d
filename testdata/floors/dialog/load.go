package dialog

import _ "os"
